internal import Glibc

/// A small file that is read whole.
enum BoundedFile {
    /// errno, in the system's words.
    static func lastError() -> ReadError { ReadError(reason: String(cString: strerror(errno))) }

    /// - Returns: at most one byte more than a file may have, enough to see that it has too many, and the file's
    ///   permissions (stat(2)).
    static func read(_ path: String) throws(ReadError) -> (bytes: [UInt8], permissions: UInt32) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw lastError() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw lastError() }
        var bytes: [UInt8] = []
        while bytes.count <= ConfigurationFile.largest {
            var failed = false
            let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                let length = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                failed = length < 0
                count = max(length, 0)
            }
            if failed {
                if errno == EINTR { continue }
                throw lastError()
            }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return (bytes, status.st_mode & 0o7777)
    }
}

struct ReadError: Error {
    /// In the system's words.
    let reason: String
}

import Glibc

/// An open file: closed when the value goes.
public struct File: ~Copyable, Sendable {
    /// Close-on-exec; closed with this value.
    public let fileDescriptor: Int32
    /// The name it was opened by, for messages; it may have another by now.
    public let path: String
    /// Where a failed append could not be undone: what lies behind this length is cut off before the next one.
    private var soundLength: Int64?

    private init(_ path: String, _ flags: Int32, mode: UInt32) throws(SystemError) {
        var descriptor: Int32
        repeat { descriptor = Glibc.open(path, flags | O_CLOEXEC, mode) } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw .last("open \(path)") }
        fileDescriptor = descriptor
        self.path = path
    }

    deinit { close(fileDescriptor) }

    public static func open(reading path: String) throws(SystemError) -> File {
        // Without O_NONBLOCK a FIFO of this name would hold us until somebody writes (fifo(7)).
        try File(path, O_RDONLY | O_NOCTTY | O_NONBLOCK, mode: 0)
    }

    /// For reading too; created with `mode` (less the umask) where it does not exist. One writer at a time: lock it.
    public static func open(appending path: String, mode: UInt32 = 0o640) throws(SystemError) -> File {
        let file = try File(path, O_RDWR | O_APPEND | O_CREAT | O_NOCTTY, mode: mode)
        // A new name is lost with the power until its folder is on disk (fsync(2)).
        if try file.size == 0 { try FileSystem.synchronizeFolder(of: path) }
        return file
    }

    public var status: FileStatus {
        get throws(SystemError) {
            var status = stat()
            guard fstat(fileDescriptor, &status) == 0 else { throw .last("stat \(path)") }
            return FileStatus(status)
        }
    }

    /// In bytes.
    public var size: Int64 {
        get throws(SystemError) { try status.size }
    }

    /// The bytes from `offset` on, `count` at most: fewer only where the file ends, none at or behind its end.
    public func read(atMost count: Int, at offset: Int64) throws(SystemError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = pread(
                    fileDescriptor, buffer.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
                if read > 0 {
                    filled += read
                } else if read == 0 {
                    break
                } else if errno != EINTR {
                    failure = errno
                    break
                }
            }
        }
        guard failure == 0 else { throw SystemError(operation: "read \(path)", code: failure) }
        return bytes
    }

    /// All of `bytes` at the end, or nothing: a half that was written before the disk filled up is cut off again.
    public mutating func append(_ bytes: [UInt8]) throws(SystemError) {
        try append(bytes, through: Glibc.write)
    }

    /// - Parameter write: write(2), or what a test puts in its place.
    mutating func append(
        _ bytes: [UInt8], through write: (Int32, UnsafeRawPointer?, Int) -> Int
    ) throws(SystemError) {
        if let soundLength { try truncate(to: soundLength) }
        let length = try size
        var failure: Int32 = 0
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = write(fileDescriptor, buffer.baseAddress! + written, buffer.count - written)
                if count > 0 {
                    written += count
                } else if count == 0 || errno != EINTR {
                    failure = count == 0 ? EIO : errno
                    break
                }
            }
        }
        guard failure != 0 else { return }
        if ftruncate(fileDescriptor, off_t(length)) != 0 { soundLength = length }
        throw SystemError(operation: "append to \(path)", code: failure)
    }

    public mutating func truncate(to length: Int64) throws(SystemError) {
        var result: Int32
        repeat { result = ftruncate(fileDescriptor, off_t(length)) } while result != 0 && errno == EINTR
        guard result == 0 else { throw .last("truncate \(path)") }
        soundLength = nil
    }

    /// Returns when the bytes, and the length, are on disk.
    public func synchronize() throws(SystemError) {
        var result: Int32
        repeat { result = fdatasync(fileDescriptor) } while result != 0 && errno == EINTR
        guard result == 0 else { throw .last("synchronize \(path)") }
    }

    /// False where another open file holds the lock; it is let go when this value goes, however the process ends.
    public func lockExclusively() throws(SystemError) -> Bool {
        var result: Int32
        repeat { result = flock(fileDescriptor, LOCK_EX | LOCK_NB) } while result != 0 && errno == EINTR
        if result == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw .last("lock \(path)")
    }
}

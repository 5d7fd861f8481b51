import Glibc

/// Files by their names.
public enum FileSystem {
    /// The whole file; one of more than `limit` bytes is refused with EFBIG before its bytes are held.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try File.open(reading: path)
        var bytes: [UInt8] = []
        // Read to the end rather than trust the size: files in /proc and /sys say 0.
        while true {
            let chunk = try file.read(atMost: min(limit - bytes.count + 1, 1 << 18), at: Int64(bytes.count))
            if chunk.isEmpty { return bytes }
            guard chunk.count <= limit - bytes.count else {
                throw SystemError(operation: "read \(path) (at most \(limit) bytes)", code: EFBIG)
            }
            bytes += chunk
        }
    }

    /// A reader, and a crash at any moment, finds the old file or the new one; returns when the new one is on disk.
    ///
    /// A symbolic link of that name is replaced, not followed.
    /// - Parameter mode: the permissions, whatever the umask.
    public static func writeAtomically(path: String, bytes: [UInt8], mode: UInt32) throws(SystemError) {
        let temporary = try createTemporary(beside: path, bytes: bytes, mode: mode)
        guard Glibc.rename(temporary, path) == 0 else {
            let error = SystemError.last("rename \(temporary) to \(path)")
            unlink(temporary)
            throw error
        }
        try synchronizeFolder(of: path)
    }

    private static func createTemporary(
        beside path: String, bytes: [UInt8], mode: UInt32
    ) throws(SystemError) -> String {
        var temporary: String
        var descriptor: Int32
        repeat {
            temporary = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36))"
            // Nobody else may read it before its permissions are set.
            descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        } while descriptor < 0 && errno == EEXIST
        guard descriptor >= 0 else { throw .last("create \(temporary)") }
        defer { close(descriptor) }
        do throws(SystemError) {
            try write(bytes, to: descriptor, temporary)
            guard fchmod(descriptor, mode) == 0 else { throw .last("chmod \(temporary)") }
            guard fsync(descriptor) == 0 else { throw .last("synchronize \(temporary)") }
        } catch {
            unlink(temporary)
            throw error
        }
        return temporary
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count > 0 { written += count } else if errno != EINTR { throw .last("write \(path)") }
        }
    }

    /// Follows symbolic links; nil where nothing has this name.
    public static func status(of path: String) throws(SystemError) -> FileStatus? {
        var status = stat()
        if stat(path, &status) == 0 { return FileStatus(status) }
        let error = SystemError.last("stat \(path)")
        if error.isMissing { return nil }
        throw error
    }

    /// The names in a folder, without `.` and `..`, sorted by their bytes; a name that is not UTF-8 is left out.
    public static func names(in folder: String) throws(SystemError) -> [String] {
        guard let stream = opendir(folder) else { throw .last("open folder \(folder)") }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .last("read folder \(folder)") }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// False where nothing had this name.
    @discardableResult
    public static func remove(_ path: String) throws(SystemError) -> Bool {
        if unlink(path) == 0 { return true }
        let error = SystemError.last("remove \(path)")
        if error.isMissing { return false }
        throw error
    }

    /// Takes the other name's place, in one step.
    public static func rename(_ path: String, to other: String) throws(SystemError) {
        guard Glibc.rename(path, other) == 0 else { throw .last("rename \(path) to \(other)") }
    }

    /// Only the last part of the path, with `mode` less the umask; one that exists already is left as it is.
    public static func createFolder(_ path: String, mode: UInt32 = 0o755) throws(SystemError) {
        if mkdir(path, mode) == 0 { return try synchronizeFolder(of: path) }
        let error = SystemError.last("create folder \(path)")
        guard error.code == EEXIST, try status(of: path)?.isDirectory == true else { throw error }
    }

    /// The folder that holds this name: `.` where the path has no slash.
    public static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
    }

    /// From the root on, without links (realpath(3)).
    public static func absolutePath(of path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw .last("resolve \(path)") }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What stands behind the last slash.
    public static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    static func synchronizeFolder(of path: String) throws(SystemError) {
        let folder = folder(of: path)
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open folder \(folder)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("synchronize folder \(folder)") }
    }
}

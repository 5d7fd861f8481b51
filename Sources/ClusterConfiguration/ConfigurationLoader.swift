internal import Glibc

extension Configuration {
    /// The folder beside the main file whose `*.conf` are read after it, in the order of their names.
    public static let additionsFolder = "fail2ban-cluster.d"
    /// And the one with a file for each friend.
    public static let friendsFolder = "friends.d"

    /// Reads the file, and those of ``additionsFolder`` and ``friendsFolder`` beside it.
    ///
    /// - Throws: every fault of every file, those that cannot be read among them.
    public static func load(path: String) throws(ConfigurationError) -> Configuration {
        var files: [ConfigurationFile] = []
        var faults: [ConfigurationFault] = []

        func read(_ path: String) {
            do throws(ReadError) {
                files.append(ConfigurationFile(name: path, bytes: try BoundedFile.read(path).bytes))
            } catch {
                faults.append(ConfigurationFault(Place(file: path, line: nil), error.reason))
            }
        }

        read(path)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        for additions in [folder + additionsFolder, folder + friendsFolder] {
            do throws(ReadError) {
                for name in try names(in: additions) { read("\(additions)/\(name)") }
            } catch {
                faults.append(ConfigurationFault(Place(file: additions, line: nil), error.reason))
            }
        }
        // Without its main file everything that is missing there would be a fault too.
        guard files.first?.name == path else { throw ConfigurationError(faults: faults) }
        return try parse(files, machineName: machineName(), faults: faults)
    }

    /// The files to read, sorted by their bytes; none where there is no such folder. Hidden files are an editor's.
    private static func names(in folder: String) throws(ReadError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw BoundedFile.lastError()
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".conf"), !name.hasPrefix(".") { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw BoundedFile.lastError() }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// gethostname(2), cut at nothing; empty where it is no text.
    private static func machineName() -> String {
        var buffer = [UInt8](repeating: 0, count: 257)
        let isNamed = buffer.withUnsafeMutableBytes {
            $0.withMemoryRebound(to: CChar.self) { gethostname($0.baseAddress!, $0.count - 1) == 0 }
        }
        return isNamed ? String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self) : ""
    }
}

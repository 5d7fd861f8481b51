package import ClusterProtocol
package import LinuxSystem

/// A daemon's memory on disk: records appended as they come, and written anew when most of them are past.
///
/// A crash at any moment leaves whole records: a line that was cut short is known by its checksum, and cut off.
package struct StateFile<Record: StateRecord>: ~Copyable {
    /// More than any daemon keeps; a larger file is refused rather than held in memory.
    private static var limit: Int { 1 << 30 }
    private static var smallest: Int { 1 << 20 }

    private let path: String
    private var file: File
    /// In bytes: what the file held when it was last written anew, and what was appended since.
    private var base: Int
    private var appended = 0

    /// Opens the file, or makes it, and hands out what it holds.
    package init(path: String, records: inout [Record]) throws(SystemError) {
        let bytes = try FileSystem.status(of: path) == nil ? [] : FileSystem.read(path, limit: Self.limit)
        let (found, whole) = Record.read(bytes)
        var opened = try File.open(appending: path, mode: 0o640)
        if whole < bytes.count { try opened.truncate(to: Int64(whole)) }
        self.path = path
        file = opened
        base = whole
        records = found
    }

    /// All of them or none; in the order given.
    package mutating func append(_ records: [Record]) throws(SystemError) {
        guard !records.isEmpty else { return }
        let bytes = RecordLine.lines(of: records)
        try file.append(bytes)
        appended += bytes.count
    }

    /// Whether enough has been appended that writing anew costs little beside it.
    package var isLong: Bool { appended > max(Self.smallest, base) }

    /// Replaces the file by these records, in one step.
    package mutating func rewrite(_ records: [Record]) throws(SystemError) {
        let bytes = RecordLine.lines(of: records)
        try FileSystem.writeAtomically(path: path, bytes: bytes, mode: 0o640)
        file = try File.open(appending: path, mode: 0o640)
        base = bytes.count
        appended = 0
    }
}

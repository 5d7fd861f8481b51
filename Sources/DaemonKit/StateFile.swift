public import ClusterProtocol
public import LinuxSystem

/// A daemon's memory on disk: records appended as they come, and written anew when most of them are past.
///
/// A crash at any moment leaves whole records: a line that was cut short is known by its checksum, and cut off.
public struct StateFile<Record: StateRecord>: ~Copyable {
    /// More than any daemon keeps; a larger file is refused rather than held in memory.
    private static var limit: Int { 1 << 30 }
    /// So many past records, beside as many as still count, are not worth writing anew: about a megabyte.
    private static var spare: Int { 10_000 }

    private let path: String
    private var file: File
    /// How many records the file holds.
    private var count: Int

    /// Opens the file, or makes it, and hands out what it holds.
    public init(path: String, records: inout [Record]) throws(SystemError) {
        let bytes = try FileSystem.status(of: path) == nil ? [] : FileSystem.read(path, limit: Self.limit)
        let (found, whole) = Record.read(bytes)
        var opened = try File.open(appending: path, mode: 0o640)
        if whole < bytes.count { try opened.truncate(to: Int64(whole)) }
        self.path = path
        file = opened
        count = found.count
        records = found
    }

    /// All of them or none; in the order given.
    public mutating func append(_ records: [Record]) throws(SystemError) {
        guard !records.isEmpty else { return }
        try file.append(RecordLine.lines(of: records))
        count += records.count
    }

    /// Whether most of what it holds is past, so that writing it anew is worth its while.
    ///
    /// - Parameter kept: how many records it would hold then.
    public func isLong(beside kept: Int) -> Bool { count > 2 * kept + Self.spare }

    /// Replaces the file by these records, in one step.
    public mutating func rewrite(_ records: [Record]) throws(SystemError) {
        try FileSystem.writeAtomically(path: path, bytes: RecordLine.lines(of: records), mode: 0o640)
        file = try File.open(appending: path, mode: 0o640)
        count = records.count
    }
}

internal import BanModel
internal import ClusterProtocol
internal import Fail2Ban
internal import Glibc
internal import LinuxSystem

/// One open log file, and the fingerprints by which it is known again.
struct LogFile: ~Copyable {
    private static let headLength = 256
    private static let tailLength = 64
    /// In so many bytes stands a line of fail2ban's, if it writes the file.
    private static let recent: UInt64 = 16_384

    private let file: File
    private let identity: FileIdentity
    /// The file's first bytes, up to 256, of those that are done with.
    private var head: [UInt8] = []
    /// The last bytes before the place that was reached, up to 64.
    private var tail: [UInt8] = []

    init(opening path: String) throws(SystemError) {
        let file = try File.open(reading: path)
        let status = try file.status
        guard status.isRegularFile else { throw SystemError(operation: "read \(path) as a log", code: EINVAL) }
        identity = status.identity
        self.file = file
    }

    /// In bytes.
    func length() throws(SystemError) -> UInt64 { UInt64(try file.size) }

    /// When it was last written: microseconds since 1970.
    func modified() throws(SystemError) -> Int64 { try file.status.modified }

    func read(atMost count: Int, at offset: UInt64) throws(SystemError) -> [UInt8] {
        try file.read(atMost: count, at: Int64(offset))
    }

    func watch(in watch: inout FileWatch) throws(SystemError) { _ = try watch.watch(file) }

    /// What stands before this place is done with.
    mutating func reached(_ offset: UInt64) throws(SystemError) {
        let length = Int(min(offset, UInt64(Self.headLength)))
        if head.count != length { head = try read(atMost: length, at: 0) }
        let count = min(offset, UInt64(Self.tailLength))
        tail = try read(atMost: Int(count), at: offset - count)
    }

    func position(_ offset: UInt64) -> FilePosition {
        FilePosition(
            device: identity.device, inode: identity.inode, offset: offset, headLength: UInt16(head.count),
            headSum: RecordLine.checksum(head[...]), tailSum: RecordLine.checksum(tail[...]))
    }

    /// Whether what stands before the position is what stood there when it was reached.
    func holds(_ position: FilePosition) throws(SystemError) -> Bool {
        let head = try read(atMost: Int(position.headLength), at: 0)
        guard head.count == Int(position.headLength), RecordLine.checksum(head[...]) == position.headSum else {
            return false
        }
        let count = min(position.offset, UInt64(Self.tailLength))
        let tail = try read(atMost: Int(count), at: position.offset - count)
        return UInt64(tail.count) == count && RecordLine.checksum(tail[...]) == position.tailSum
    }

    /// By the file's first line, and by the last ones before this place: fail2ban may have taken the file over.
    func form(before start: UInt64) throws(SystemError) -> LogForm {
        let first = LogForm(firstLine: try read(atMost: 512, at: 0).prefix { $0 != 0x0A })
        let count = min(start, Self.recent)
        let recent = try read(atMost: Int(count), at: start - count)
        return recent.split(separator: 0x0A).dropFirst(count < start ? 1 : 0).reduce(first) { $0.form(at: $1) }
    }
}

public import BanModel

/// What the hub tells everybody who speaks the new form: reports that are news, or none, as a sign of life
/// (docs/protocol.md).
///
///     <0x01>REPORTS EPOCH SEQUENCE
///     banned web1 log sshd 192.0.2.1 1800000000000000 1800000600000000
///
/// A sign of life has lines `trust FRIEND MILLIONTHS` instead, and to twins `keys DIGEST`.
public struct Broadcast: Hashable, Sendable {
    /// What every broadcast of the new form to copies begins with, and none of the old one.
    public static let mark = Audience.copies.mark
    private static let head = "REPORTS"
    /// In bytes, and in reports: the longest of these fit.
    public static let longest = 1 << 18
    public static let mostReports = 500

    public var epoch: UInt64
    /// The hub's count of changes after the last one of these.
    public var sequence: UInt64
    public var reports: [Report]
    /// Of a sign of life: how far the hub trusts its friends.
    public var levels: [Cluster: Trust]
    /// Of a twin's sign of life: of its authorised keys; nil: it has none.
    public var keys: UInt64?

    public init(
        epoch: UInt64, sequence: UInt64, reports: [Report], levels: [Cluster: Trust] = [:], keys: UInt64? = nil
    ) {
        self.epoch = epoch
        self.sequence = sequence
        self.reports = reports
        self.levels = levels
        self.keys = keys
    }

    public var bytes: [UInt8] { bytes(to: .copies) }

    /// Twins are told of the ways of reports as well.
    public func bytes(to audience: Audience) -> [UInt8] {
        var fields = FieldWriter()
        fields.append("\(Character(Unicode.Scalar(audience.mark)))\(Self.head) \(hexadecimal(epoch)) \(sequence)")
        fields.addLines(reports)
        fields.addLines(FriendLevel.all(levels))
        if let keys {
            fields.endLine()
            fields.append("keys \(hexadecimal(keys))")
        }
        return fields.bytes
    }

    public init(reading bytes: [UInt8]) throws(HubRefusal) {
        guard bytes.count <= Self.longest else { throw HubRefusal(.never, "a broadcast of \(bytes.count) bytes") }
        guard [Audience.copies.mark, Audience.twins.mark].contains(bytes.first) else {
            throw HubRefusal(.never, "a broadcast of another form")
        }
        var fields = FieldReader(bytes, from: 1)
        guard fields.word() == Self.head, let epoch = fields.hexadecimal(), let sequence = fields.unsigned(),
            fields.isAtEnd
        else { throw HubRefusal(.never, "a broadcast whose first line is not REPORTS EPOCH SEQUENCE") }
        self.init(epoch: epoch, sequence: sequence, reports: [])
        while fields.nextLine() {
            if fields.isNext("trust"), let level = FriendLevel(reading: &fields) {
                levels[level.friend] = level.trust
            } else if fields.take("keys"), let digest = fields.hexadecimal(), fields.isAtEnd {
                keys = digest
            } else if let report = Report(reading: &fields) {
                reports.append(report)
            } else {
                throw HubRefusal(.never, "a line that is no report")
            }
        }
    }
}

extension FieldWriter {
    /// Each behind a line feed.
    mutating func addLines(_ records: [some StateRecord]) {
        for record in records {
            endLine()
            record.write(to: &self)
        }
    }
}

extension FieldReader {
    /// Of all lines that are left; nil where one of them is none.
    mutating func entries<Entry: StateRecord>() -> [Entry]? {
        var entries: [Entry] = []
        while nextLine() {
            guard let entry = Entry(reading: &self) else { return nil }
            entries.append(entry)
        }
        return entries
    }
}

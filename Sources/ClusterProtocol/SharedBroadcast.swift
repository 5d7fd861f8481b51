public import BanModel

/// What the hub tells friends: reports that are news, signed by the clusters that made them, or none, as a sign of life
/// (docs/protocol.md).
///
///     <0x02>SHARED EPOCH SEQUENCE COUNT
///     banned CLUSTER/web1 log sshd 192.0.2.1 1800000000000000 1800000600000000 weighs 1000000 by CLUSTER SIGNATURE
public struct SharedBroadcast: Hashable, Sendable {
    public static let mark = Audience.friends.mark
    private static let head = "SHARED"
    /// In reports, with their ways: the longest of these fit into ``Broadcast/longest`` bytes.
    public static let mostReports = 180

    public var epoch: UInt64
    /// The hub's count of changes after these.
    public var sequence: UInt64
    /// How many changes it was, also those that friends are not told of. What is told by several ways may need more room
    /// than one message has: all but the last then count none.
    public var count: Int
    public var reports: [SharedReport]

    public init(epoch: UInt64, sequence: UInt64, count: Int, reports: [SharedReport]) {
        self.epoch = epoch
        self.sequence = sequence
        self.count = count
        self.reports = reports
    }

    public var bytes: [UInt8] {
        var fields = FieldWriter()
        let mark = Character(Unicode.Scalar(Self.mark))
        fields.append("\(mark)\(Self.head) \(hexadecimal(epoch)) \(sequence) \(count)")
        fields.addLines(reports)
        return fields.bytes
    }

    public init(reading bytes: [UInt8]) throws(HubRefusal) {
        guard bytes.count <= Broadcast.longest else { throw HubRefusal(.never, "a broadcast of \(bytes.count) bytes") }
        guard bytes.first == Self.mark else { throw HubRefusal(.never, "a broadcast for others than friends") }
        var fields = FieldReader(bytes, from: 1)
        guard fields.word() == Self.head, let epoch = fields.hexadecimal(), let sequence = fields.unsigned(),
            let count = fields.unsigned().flatMap({ Int(exactly: $0) }), fields.isAtEnd
        else { throw HubRefusal(.never, "a broadcast whose first line is not SHARED EPOCH SEQUENCE COUNT") }
        guard let reports: [SharedReport] = fields.entries() else {
            throw HubRefusal(.never, "a line that is no signed report")
        }
        self.init(epoch: epoch, sequence: sequence, count: count, reports: reports)
    }
}

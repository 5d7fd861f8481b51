public import BanModel
internal import FoundationEssentials

/// A peer's first message on each connection (docs/protocol.md).
///
///     HELLO|{"host":"web1","instance":"0123456789abcdef","protocol":1,"token":"secret"}
///
/// One frame of UTF-8 with one bar: a hub of the old form answers it with `NAK` alone, and no harm is done.
public struct Hello: Hashable, Sendable {
    static let head = Array("HELLO|".utf8)
    /// Longer ones are refused unread, in bytes.
    public static let longest = 4096
    /// The one that is described in docs/protocol.md.
    public static let currentProtocol = 1

    /// The highest that the host speaks.
    public var protocolVersion: Int
    public var host: Host
    /// A monitor's; nil: the peer reports nothing in its host's name.
    public var instance: Instance?
    public var token: String?

    public init(host: Host, instance: Instance?, token: String?, protocolVersion: Int = Self.currentProtocol) {
        self.host = host
        self.instance = instance
        self.token = token
        self.protocolVersion = protocolVersion
    }

    public var bytes: [UInt8] {
        Self.head
            + encoded(Fields(protocol: protocolVersion, host: host.name, instance: instance?.description, token: token))
    }

    /// - Parameter bytes: a request's that begins as a hello does.
    init(reading bytes: [UInt8]) throws(HubRefusal) {
        guard bytes.count <= Self.longest else { throw HubRefusal(.never, "a hello of \(bytes.count) bytes") }
        guard let fields = decoded(Fields.self, bytes.dropFirst(Self.head.count)) else {
            throw HubRefusal(.never, "a hello that is not understood")
        }
        guard fields.protocol >= 1 else { throw HubRefusal(.never, "protocol \(fields.protocol)") }
        guard let host = Host(fields.host) else { throw HubRefusal(.never, "not a host's name") }
        let instance = fields.instance.map { Instance($0) }
        guard instance != .some(nil) else { throw HubRefusal(.never, "not an instance") }
        self.init(host: host, instance: instance ?? nil, token: fields.token, protocolVersion: fields.protocol)
    }

    private struct Fields: Codable {
        var `protocol`: Int
        var host: String
        var instance: String?
        var token: String?
    }
}

/// What came back to a hello.
public enum HelloReply: Hashable, Sendable {
    /// A hub of the old form: it knows neither hellos nor ends.
    case oldHub
    case greeting(HubGreeting)
    case refusal(HubRefusal)
    case nonsense

    public init(_ bytes: [UInt8]) {
        if bytes == OldForm.refusal {
            self = .oldHub
        } else if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
        } else if bytes.count <= Hello.longest, let greeting = HubGreeting(reading: bytes) {
            self = .greeting(greeting)
        } else {
            self = .nonsense
        }
    }
}

extension HubGreeting {
    /// The reply to a hello: one JSON object.
    public var bytes: [UInt8] {
        encoded(
            Fields(
                protocol: Hello.currentProtocol, epoch: hexadecimal(epoch), sequence: sequence,
                time: time.microseconds, longestRequest: longestRequest, reportsPerRequest: reportsPerRequest,
                maximumBantime: maximumBantime.components.seconds, version: version,
                digest: hexadecimal(digest.value), levels: levels.isEmpty ? nil : Self.numbers(of: levels)))
    }

    private static func numbers(of levels: [Cluster: Trust]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: levels.map { ($0.key.id, $0.value.millionths) })
    }

    /// nil where one of them is none.
    private static func levels(_ numbers: [String: Int]) -> [Cluster: Trust]? {
        var levels: [Cluster: Trust] = [:]
        for (name, number) in numbers {
            guard let friend = Cluster(name), let trust = Trust(millionths: number) else { return nil }
            levels[friend] = trust
        }
        return levels
    }

    fileprivate init?(reading bytes: [UInt8]) {
        guard let fields = decoded(Fields.self, bytes[...]), fields.protocol >= 1,
            let epoch = hexadecimal(fields.epoch), let digest = hexadecimal(fields.digest),
            fields.longestRequest >= ReportsRequest.shortestLimit, fields.reportsPerRequest >= 1,
            fields.maximumBantime >= 1, (0...Version.latest).contains(fields.version),
            let levels = Self.levels(fields.levels ?? [:])
        else { return nil }
        self.init(
            epoch: epoch, sequence: fields.sequence, time: Timestamp(microseconds: fields.time),
            longestRequest: fields.longestRequest, reportsPerRequest: fields.reportsPerRequest,
            maximumBantime: .seconds(fields.maximumBantime), version: fields.version,
            digest: ReportDigest(value: digest), levels: levels)
    }

    private struct Fields: Codable {
        var `protocol`: Int
        var epoch: String
        var sequence: UInt64
        var time: Int64
        var longestRequest: Int
        var reportsPerRequest: Int
        var maximumBantime: Int64
        var version: Version
        var digest: String
        var levels: [String: Int]?
    }
}

func encoded(_ fields: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and integers: nothing in them cannot be written.
    return Array(try! encoder.encode(fields))
}

/// nil where it is something else; what it holds beside the fields is passed over.
func decoded<Fields: Decodable>(_ type: Fields.Type, _ bytes: ArraySlice<UInt8>) -> Fields? {
    try? JSONDecoder().decode(type, from: Data(bytes))
}

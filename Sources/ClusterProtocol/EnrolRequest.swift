public import BanModel

/// Exchanges an invitation, by whose key the connection was made, for a place among the hub's authorised keys
/// (docs/protocol.md).
///
///     ENROL|HOST
///     PUBLICKEY
public struct EnrolRequest: Hashable, Sendable {
    static let verb = "ENROL"

    public var asker: Asker
    /// The host's own, which it has just made.
    public var key: PublicKey

    public init(asker: Asker, key: PublicKey) {
        self.asker = asker
        self.key = key
    }

    public var bytes: [UInt8] { AskedLines.bytes(Self.verb, asker, key.description) }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        guard let request = try AskedLines(Self.verb, reading: bytes) else { return nil }
        let key = try request.only { fields throws(HubRefusal) in
            guard let key = fields.word().flatMap({ PublicKey($0) }) else {
                throw HubRefusal(.never, "expected \(PublicKey.rule)")
            }
            return key
        }
        self.init(asker: request.asker, key: key)
    }
}

/// The hub's answer to ``EnrolRequest``: it knows the key from now on, also after a crash.
public enum EnrolReply: Hashable, Sendable {
    case enrolled
    case refusal(HubRefusal)
    case nonsense

    private static let word = Array("ENROLLED".utf8)

    public var bytes: [UInt8] {
        switch self {
        case .enrolled: Self.word
        case .refusal(let refusal): refusal.bytes
        case .nonsense: []
        }
    }

    public init(_ bytes: [UInt8]) {
        if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
        } else {
            self = bytes == Self.word ? .enrolled : .nonsense
        }
    }
}

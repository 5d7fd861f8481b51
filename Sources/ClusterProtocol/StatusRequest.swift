public import BanModel

/// How the hub is, and whom it has heard (docs/protocol.md).
///
///     STATUS|HOST [TOKEN]
public struct StatusRequest: Hashable, Sendable {
    static let verb = "STATUS"

    public var asker: Asker

    public init(asker: Asker) { self.asker = asker }

    public var bytes: [UInt8] { AskedLines.bytes(Self.verb, asker) }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        guard let request = try AskedLines(Self.verb, reading: bytes) else { return nil }
        try request.nothing()
        self.init(asker: request.asker)
    }
}

/// The hub's answer to ``StatusRequest``.
///
///     STATUS
///     {"bans":1,…}
public enum StatusReply: Hashable, Sendable {
    case status(HubStatus)
    case refusal(HubRefusal)
    case nonsense

    private static let head = Array("STATUS\n".utf8)

    public var bytes: [UInt8] {
        switch self {
        case .status(let status): Self.head + encoded(StatusFields(status))
        case .refusal(let refusal): refusal.bytes
        case .nonsense: []
        }
    }

    public init(_ bytes: [UInt8]) {
        if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
        } else if bytes.starts(with: Self.head), bytes.count <= SyncBounds.longest,
            let fields = decoded(StatusFields.self, bytes.dropFirst(Self.head.count)), let status = fields.status
        {
            self = .status(status)
        } else {
            self = .nonsense
        }
    }
}

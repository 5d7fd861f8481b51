public import BanModel

/// Lifts every report that the hub keeps on exactly this address: those that ban it, or those that allow it
/// (docs/protocol.md).
///
///     PARDON|HOST [TOKEN]    or    DISALLOW|HOST [TOKEN]
///     ADDRESS
public struct PardonRequest: Hashable, Sendable {
    private static let (pardon, disallow) = ("PARDON", "DISALLOW")

    public var asker: Asker
    public var address: Address
    /// Whether those that allow the address are lifted, rather than those that ban it.
    public var disallows: Bool

    public init(asker: Asker, address: Address, disallows: Bool = false) {
        self.asker = asker
        self.address = address
        self.disallows = disallows
    }

    public var bytes: [UInt8] {
        AskedLines.bytes(disallows ? Self.disallow : Self.pardon, asker, address.description)
    }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        let pardon = try AskedLines(Self.pardon, reading: bytes)
        var request = pardon
        if pardon == nil { request = try AskedLines(Self.disallow, reading: bytes) }
        guard let request else { return nil }
        self.init(asker: request.asker, address: try request.onlyAddress, disallows: pardon == nil)
    }
}

/// The hub's answer to ``PardonRequest``: how many reports it lifted, all of them on disk.
///
///     PARDONED COUNT
public enum PardonReply: Hashable, Sendable {
    case pardoned(Int)
    case refusal(HubRefusal)
    case nonsense

    private static let head: Substring = "PARDONED"

    public var bytes: [UInt8] {
        switch self {
        case .pardoned(let count): Array("\(Self.head) \(count)".utf8)
        case .refusal(let refusal): refusal.bytes
        case .nonsense: []
        }
    }

    public init(_ bytes: [UInt8]) {
        if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
            return
        }
        let words =
            String(validating: bytes, as: UTF8.self)?.split(separator: " ", omittingEmptySubsequences: false) ?? []
        let count = words.count == 2 && words[0] == Self.head ? decimal(words[1]) : nil
        self = count.map { .pardoned($0) } ?? .nonsense
    }
}

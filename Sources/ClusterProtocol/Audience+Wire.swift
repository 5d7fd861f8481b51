public import BanModel

/// As each is spoken to, and asks (docs/protocol.md).
extension Audience {
    /// What a broadcast to them begins with.
    public var mark: UInt8 {
        switch self {
        case .copies: 0x01
        case .friends: 0x02
        case .twins: 0x03
        }
    }

    /// To whom what begins like this is told; nil: to peers of the old form.
    public init?(mark: UInt8?) {
        guard let audience = Self.allCases.first(where: { $0.mark == mark }) else { return nil }
        self = audience
    }

    /// What their question for what they missed begins with.
    var verb: String {
        switch self {
        case .copies: "SYNC"
        case .friends: "SHARE"
        case .twins: "TWIN"
        }
    }
}

/// A jail's name as fail2ban knows it: `[A-Za-z0-9_.-]{1,64}`.
public struct Jail: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let name: String

    /// nil where the text is not a jail's name.
    public init?(_ text: some StringProtocol) {
        guard isName(text.utf8, atMost: 64) else { return nil }
        name = String(text)
    }

    public var description: String { name }
    public static func < (left: Jail, right: Jail) -> Bool { left.name < right.name }
}

/// A host's name in the cluster: `[A-Za-z0-9_.-]{1,253}`, the same on every message of that host.
public struct Host: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let name: String

    /// nil where the text is not a host's name.
    public init?(_ text: some StringProtocol) {
        guard isName(text.utf8, atMost: 253) else { return nil }
        name = String(text)
    }

    public var description: String { name }
    public static func < (left: Host, right: Host) -> Bool { left.name < right.name }
}

func isName(_ text: some Collection<UInt8>, atMost length: Int) -> Bool {
    guard (1...length).contains(text.count) else { return false }
    return text.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

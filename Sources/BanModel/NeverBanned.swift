/// What may never be banned, whoever asks for it.
public enum NeverBanned {
    /// The prefix of the widest networks that may be.
    public static func widestPrefix(_ family: Address.Family) -> UInt8 { family == .ipv4 ? 16 : 32 }

    /// Why this address may not be banned; nil where it may.
    ///
    /// - Parameter ignored: what an administrator exempts; networks that hold one of them are exempt too.
    public static func reason(_ address: Address, ignored: [Address] = []) -> String? {
        let widest = widestPrefix(address.family)
        if address.prefix < widest { return "a network wider than /\(widest)" }
        let special = address.family == .ipv4 ? specialIPv4 : specialIPv6
        for index in special.indices where special[index].network.overlaps(address) { return special[index].reason }
        return ignored.first { $0.overlaps(address) }.map {
            "\($0) is exempt: ignoreip has it, or this host or its hub"
        }
    }

    private static let specialIPv4 = special.filter { $0.network.family == .ipv4 }
    private static let specialIPv6 = special.filter { $0.network.family == .ipv6 }

    static let loopback = ["127.0.0.0/8", "::1"].map(known)

    private static let special: [(network: Address, reason: String)] =
        loopback.map { ($0, "a loopback address") }
        + [
            ("0.0.0.0/8", "an unspecified address"), ("::", "an unspecified address"),
            ("224.0.0.0/4", "a multicast address"), ("ff00::/8", "a multicast address"),
            ("255.255.255.255", "the broadcast address"),
        ].map { (known($0.0), $0.1) }

    private static func known(_ text: String) -> Address {
        guard let network = try? Address(text) else { preconditionFailure(text) }
        return network
    }
}

internal import BanModel

/// The sets of the table: in the one of networks no two may overlap, so single addresses have one of their own.
enum PacketFilterSet: String, CaseIterable {
    case addresses4, networks4, addresses6, networks6

    static func addresses(_ family: Address.Family) -> Self { family == .ipv4 ? .addresses4 : .addresses6 }
    static func networks(_ family: Address.Family) -> Self { family == .ipv4 ? .networks4 : .networks6 }

    var holdsNetworks: Bool { self == .networks4 || self == .networks6 }

    var family: Address.Family { self == .addresses4 || self == .networks4 ? .ipv4 : .ipv6 }

    var type: String { family == .ipv4 ? "ipv4_addr" : "ipv6_addr" }

    var flags: [String] { holdsNetworks ? ["interval", "timeout"] : ["timeout"] }

    /// Whose source address is looked up in it.
    var header: String { family == .ipv4 ? "ip" : "ip6" }

    /// Always in the set, so that one that was emptied is known: a multicast address, which sends nothing and is never
    /// banned.
    var mark: String { family == .ipv4 ? "224.0.0.0" : "ff00::" }
}

internal import BanModel

/// What nft reads from its standard input. All of a file is done at one moment, or nothing is.
struct PacketFilterScript {
    static let table = "inet fail2ban-cluster"

    private(set) var text = ""

    /// The table is gone, and was never missing: nft 1.0.6 has no `destroy`, and one that is not there cannot be deleted.
    static let removal = "add table \(table)\ndelete table \(table)\n"

    init(_ change: PacketFilterChange) {
        if let form = change.form { make(form) }
        for family in [Address.Family.ipv4, .ipv6] {
            let elements = change.addresses.filter { $0.address.family == family }
            let set = PacketFilterSet.addresses(family)
            if change.form == nil {
                // Older kernels leave the end as it is where an element is added once more, and to delete one that is not
                // there, or has ended since, would undo the whole file.
                let old = elements.filter { !$0.isNew }.map(\.address.description)
                write("add", old, set)
                write("delete", old, set)
            }
            write("add", elements.compactMap(Self.entry), set)
            guard let networks = change.networks else { continue }
            text += "flush set \(Self.table) \(PacketFilterSet.networks(family))\n"
            let held = networks.filter { $0.address.family == family }.compactMap(Self.entry)
            write("add", [PacketFilterSet.networks(family).mark] + held, .networks(family))
        }
    }

    private static func entry(_ element: PacketFilterChange.Element) -> String? {
        element.timeout.map { "\(element.address) timeout \(text(of: $0))" }
    }

    /// In the units that nft reads. A number of more than eight digits it refuses, and with it the whole file: a week in
    /// milliseconds has nine.
    private static func text(of timeout: Duration) -> String {
        // Rounded down: nobody is banned for longer than was decided. Nothing would be for ever.
        let (seconds, rest) = max(1, timeout.microseconds / 1000).quotientAndRemainder(dividingBy: 1000)
        return (seconds > 0 ? "\(seconds)s" : "") + (rest > 0 ? "\(rest)ms" : "")
    }

    private mutating func write(_ verb: String, _ elements: [String], _ set: PacketFilterSet) {
        // All in one command: one for each takes three times as long.
        if elements.isEmpty { return }
        text += "\(verb) element \(Self.table) \(set) { \(elements.joined(separator: ", ")) }\n"
    }

    private mutating func make(_ form: PacketFilterForm) {
        text += Self.removal + "table \(Self.table) {\n"
        for set in PacketFilterSet.allCases {
            let flags = set.flags.joined(separator: ", ")
            text += "set \(set) { type \(set.type); flags \(flags); elements = { \(set.mark) }; }\n"
        }
        let interfaces = form.interfaces.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
        if !interfaces.isEmpty { text += "set interfaces { type ifname; elements = { \(interfaces) }; }\n" }
        text += "chain input {\ntype filter hook input priority \(form.priority); policy accept;\n"
        for set in PacketFilterSet.allCases {
            text += interfaces.isEmpty ? "" : "iifname @interfaces "
            text += "\(set.header) saddr @\(set) counter drop\n"
        }
        text += "}\n}\n"
    }
}

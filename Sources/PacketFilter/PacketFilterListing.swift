internal import BanModel

/// What `nft -j list table` says of our table.
struct PacketFilterListing {
    private var sets: [String: JSONValue] = [:]
    private var chains: [JSONValue] = []
    private var rules: [JSONValue] = []

    /// nil for what is no listing.
    init?(_ output: [UInt8]) {
        guard let objects = JSONValue(output)?["nftables"]?.items else { return nil }
        for object in objects {
            if let set = object["set"], let name = set["name"]?.text { sets[name] = set }
            if let chain = object["chain"] { chains.append(chain) }
            if let rule = object["rule"] { rules.append(rule) }
        }
    }

    /// For how long yet each element is held; nil: the table is not as we make it, or a set of it was emptied.
    func elements(of form: PacketFilterForm) -> [Address: Duration]? {
        guard hasInterfaces(of: form), hasChain(of: form), hasRules(of: form),
            sets.count == PacketFilterSet.allCases.count + (form.interfaces.isEmpty ? 0 : 1)
        else { return nil }
        var elements: [Address: Duration] = [:]
        for set in PacketFilterSet.allCases {
            guard let listed = sets[set.rawValue], listed["type"]?.text == set.type,
                // One alone is no list with newer versions of nft.
                Set(listed["flags"]?.items ?? [listed["flags"] ?? .null]) == Set(set.flags.map { .text($0) })
            else { return nil }
            var isMarked = false
            for element in listed["elem"]?.items ?? [] {
                if element == .text(set.mark) {
                    isMarked = true
                    continue
                }
                guard let (address, rest) = Self.read(element), address.isNetwork == set.holdsNetworks,
                    address.family == set.family
                else { return nil }
                elements[address] = rest
            }
            guard isMarked else { return nil }
        }
        return elements
    }

    private static func read(_ element: JSONValue) -> (Address, Duration)? {
        let value = element["elem"]?["val"] ?? element
        // Without an end, a person has put it in.
        let rest = element["elem"]?["expires"]?.number ?? Int64(Int32.max)
        let text: String? =
            if let prefix = value["prefix"], let address = prefix["addr"]?.text, let length = prefix["len"]?.number {
                "\(address)/\(length)"
            } else {
                value.text
            }
        guard let address = text.flatMap({ try? Address($0) }) else { return nil }
        return (address, .seconds(rest))
    }

    private func hasInterfaces(of form: PacketFilterForm) -> Bool {
        if form.interfaces.isEmpty { return sets["interfaces"] == nil }
        return Set(sets["interfaces"]?["elem"]?.items ?? []) == Set(form.interfaces.map { .text($0) })
    }

    private func hasChain(of form: PacketFilterForm) -> Bool {
        guard chains.count == 1, let chain = chains.first else { return false }
        return chain["name"]?.text == "input" && chain["type"]?.text == "filter" && chain["hook"]?.text == "input"
            && chain["prio"]?.number == Int64(form.priority) && chain["policy"]?.text == "accept"
    }

    private func hasRules(of form: PacketFilterForm) -> Bool {
        let expected = PacketFilterSet.allCases.map { set in
            let interface = Self.match(.object(["meta": .object(["key": .text("iifname")])]), "interfaces")
            let source = Self.match(
                .object(["payload": .object(["protocol": .text(set.header), "field": .text("saddr")])]), set.rawValue)
            return (form.interfaces.isEmpty ? [] : [interface]) + [source, .text("counter"), .object(["drop": .null])]
        }
        return expected
            == rules.map { rule in
                (rule["expr"]?.items ?? []).map { $0["counter"] == nil ? $0 : .text("counter") }
            }
    }

    private static func match(_ left: JSONValue, _ set: String) -> JSONValue {
        .object(["match": .object(["op": .text("=="), "left": left, "right": .text("@\(set)")])])
    }
}

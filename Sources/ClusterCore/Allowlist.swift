internal import BanModel

/// What administrators allow, as the reports in a table say it.
struct Allowlist: Sendable {
    /// Until when one report allows an address.
    private struct Word {
        var key: ReportKey
        var until: Timestamp
    }

    private var addresses: [Address: [Word]] = [:]
    /// A few, each looked at whenever an address is judged.
    private var networks: [Address: [Word]] = [:]
    /// How many reports there are.
    private(set) var count = 0

    /// A report of source `allow` as it is known now; nil: it is forgotten.
    mutating func note(_ state: Report.State?, of key: ReportKey) {
        let address = key.subject.address
        let known = (address.isNetwork ? networks[address] : addresses[address]) ?? []
        var words = known.filter { $0.key != key }
        if let state, !state.isLifted { words.append(Word(key: key, until: state.until)) }
        count += words.count - known.count
        let rest = words.isEmpty ? nil : words
        if address.isNetwork { networks[address] = rest } else { addresses[address] = rest }
    }

    /// How many networks there are.
    var networkCount: Int { networks.count }

    /// What is allowed of this address: itself, a network that it is in, or something within it; nil: nothing.
    func allowed(_ address: Address, at now: Timestamp) -> Address? {
        if count == 0 { return nil }
        func holds(_ words: [Word]) -> Bool { words.contains { now < $0.until } }
        if let words = addresses[address], holds(words) { return address }
        if let network = networks.first(where: { $0.key.overlaps(address) && holds($0.value) }) { return network.key }
        guard address.isNetwork else { return nil }
        return addresses.first { address.contains($0.key) && holds($0.value) }?.key
    }

    /// Whatever an address is in, be it allowed now or not.
    func covering(_ address: Address) -> [Address] {
        networks.keys.filter { $0.contains(address) } + (addresses[address] == nil ? [] : [address])
    }

    /// Why this address may not be banned.
    func reason(against address: Address, at now: Timestamp) -> String? {
        allowed(address, at: now).map { $0 == address ? "it is allowed" : "\($0) is allowed" }
    }
}

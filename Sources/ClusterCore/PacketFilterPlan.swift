internal import BanModel

/// What the packet filter holds, by what was put into it or read there, and what is to be changed.
///
/// Each element carries its end, and the kernel frees it by itself: an end is nothing to be done. The set of networks
/// takes no two that overlap, so a network inside a wider one waits while that lasts, and is put in when it ends. As
/// networks are few, the set of them is written anew, whole, with every change to one. All times are the hub's.
struct PacketFilterPlan: Sendable {
    /// No element lasts longer, whatever was decided: where the subscriber is taken off the host, its bans end within a
    /// week.
    static let longest = Duration.seconds(7 * 86_400)
    /// An element that is to last longer is put in once more when so much of its time is left.
    static let renewal = longest / 2
    /// An end that was read may be off by so much: nft tells whole seconds, and reading takes its time.
    static let slack = Duration.seconds(3)
    /// So often it is looked at while it holds anything.
    static let sweep = Duration.seconds(300)

    enum State: Sendable {
        /// Nobody has looked yet, or an act failed.
        case unknown
        /// There is no table, or it is not as we make it.
        case absent
        case known
    }

    private(set) var state = State.unknown
    /// When it is looked at next, by this host's clock; nil: it holds nothing.
    private(set) var due: Timestamp?
    /// When each single address ends by itself.
    private var addresses: [Address: Timestamp] = [:]
    /// Until when each network was decided to be banned.
    private var decided: [Address: Timestamp] = [:]
    /// When each network that is in the set ends by itself.
    private var networks: [Address: Timestamp] = [:]
    /// Whether the set of networks is to be written anew.
    private var isWorn = false

    /// All that it holds, and what it should.
    var elements: [Address] { Array(addresses.keys) + Set(networks.keys).union(decided.keys) }

    /// Whether it does with this address or network what was decided.
    ///
    /// - Parameter until: nil: it is not to be banned.
    func isDone(_ address: Address, until: Timestamp?, at now: Timestamp) -> Bool {
        guard state == .known else { return false }
        if address.isNetwork { return !isWorn && decided[address] == until }
        return Self.lasts(addresses[address], until: until, at: now)
    }

    /// What is to be changed for these decisions, which is taken for done.
    ///
    /// - Parameter form: of the table, where there is none.
    mutating func change(
        to decisions: some Sequence<(Address, until: Timestamp?)>, form: PacketFilterForm, at now: Timestamp
    ) -> PacketFilterChange {
        var change = PacketFilterChange(form: state == .absent ? form : nil)
        for (address, until) in decisions {
            if address.isNetwork {
                decided[address] = until
                isWorn = true
            } else {
                let end = until.map { min($0, now + Self.longest) }
                // What has ended is known until the next look, and the kernel may hold it a moment longer.
                let isNew = addresses[address] == nil
                addresses[address] = end
                change.addresses.append(.init(address, for: end.map { $0 - now }, isNew: isNew))
            }
        }
        if isWorn {
            networks = outermost(at: now)
            change.networks = networks.sorted { $0.key < $1.key }.map { .init($0.key, for: $0.value - now) }
            isWorn = false
        }
        state = .known
        return change
    }

    /// Those that lie in no other one while that lasts, and when they end.
    private func outermost(at now: Timestamp) -> [Address: Timestamp] {
        var outermost: [(network: Address, end: Timestamp)] = []
        // In their order, each comes right before those inside it.
        for (network, until) in decided.sorted(by: { $0.key < $1.key }) where until > now {
            if outermost.last?.network.contains(network) == true { continue }
            outermost.append((network, min(until, now + Self.longest)))
        }
        return Dictionary(uniqueKeysWithValues: outermost.map { ($0.network, $0.end) })
    }

    // MARK: Looking

    /// Nothing is known of what it holds: it is looked at before anything is changed.
    mutating func forget(at now: Timestamp) {
        self = PacketFilterPlan()
        due = now
    }

    /// Whether it is to be looked at now.
    mutating func takeDue(at now: Timestamp) -> Bool {
        guard let due, due <= now else { return false }
        self.due = nil
        return true
    }

    /// It is looked at again after a while, if it holds anything and is not to be looked at earlier.
    mutating func rest(at now: Timestamp) {
        if due == nil, !(addresses.isEmpty && decided.isEmpty && networks.isEmpty) { due = now + Self.sweep }
    }

    /// There is no table, or it is not as we make it.
    mutating func isAbsent() {
        self = PacketFilterPlan()
        state = .absent
    }

    /// The packet filter holds these, for so long yet.
    ///
    /// Returns what may not be as it should be, and what was in it, has not ended, and is there no more.
    /// - Parameter wanted: until when an address or a network is to be banned; nil: not.
    mutating func read(
        _ elements: [Address: Duration], at now: Timestamp, wanted: (Address) -> Timestamp?
    ) -> (differing: [Address], deleted: [Address]) {
        var differing: [Address] = []
        let held = addresses.merging(networks) { one, _ in one }
        (addresses, networks) = ([:], [:])
        for (address, rest) in elements {
            let until = wanted(address)
            // The end that is known, or wanted, is the exact one.
            let end = [held[address], until].compactMap { $0 }.first { Self.isSame($0, now + rest) } ?? now + rest
            if address.isNetwork {
                networks[address] = end
                decided[address] = until
            } else {
                addresses[address] = end
            }
            guard !Self.lasts(end, until: until, at: now) else { continue }
            differing.append(address)
            if address.isNetwork { isWorn = true }
        }
        if Set(outermost(at: now).keys) != Set(networks.keys) { isWorn = true }
        if isWorn { differing += decided.keys }
        state = .known
        return (differing, held.filter { $0.value > now + Self.slack && elements[$0.key] == nil }.map(\.key))
    }

    /// Whether an element that ends then by itself need not be touched.
    private static func lasts(_ end: Timestamp?, until: Timestamp?, at now: Timestamp) -> Bool {
        guard let until else { return end.map { $0 <= now } ?? true }
        guard let end else { return false }
        return end == until || (end < until && end - now > renewal)
    }

    private static func isSame(_ one: Timestamp, _ other: Timestamp) -> Bool {
        one - other <= slack && other - one <= slack
    }
}

internal import BanModel
internal import ClusterCore

/// Holds what hubs keep and believe against what was said, signed and trusted.
final class FriendJudge {
    private unowned let world: FriendWorld
    /// The least and the most that each cluster ever trusted each friend: what was told before keeps its worth.
    private var least: [[Int: Trust]]
    private var most: [[Int: Trust]]
    /// Of which liars have said something, and of which so much that there was no room for all.
    private var liedOf: Set<Address> = []
    private var flooded: Set<Address> = []

    private var graph: FriendGraph { world.schedule.graph }

    init(world: FriendWorld) {
        self.world = world
        (least, most) = (world.schedule.graph.levels, world.schedule.graph.levels)
    }

    func trusts(_ cluster: Int, _ friend: Int, _ level: Trust) {
        least[cluster][friend] = min(level, least[cluster][friend] ?? level)
        most[cluster][friend] = max(level, most[cluster][friend] ?? level)
    }

    func lied(of reports: [SharedReport]) {
        for report in reports { liedOf.insert(report.subject.address) }
        if reports.count > 20, let address = reports.first?.subject.address { flooded.insert(address) }
    }

    // MARK: At every step

    func kept(_ report: Report, at hub: FriendHub) {
        world.trace("\(hub.place) keeps \(Self.text(report))")
        guard let foreign = report.origin.foreign else { return }
        let hops = report.way?.hops ?? []
        if hops.first != foreign.cluster || hops.last != foreign.friend || hops.contains(hub.cluster)
            || foreign.cluster == hub.cluster || Set(hops).count < hops.count
        {
            world.violated(.nothingComesBack, "\(hub.place) keeps \(Self.text(report))")
        }
        let maker = graph.hubs.indices.first { FriendGraph.cluster($0) == foreign.cluster }
        guard let maker, !graph.liars.contains(maker), !report.state.isPardoned else { return }
        let told = SharedReport(
            cluster: foreign.cluster, host: report.origin.host, source: report.origin.source, subject: report.subject,
            state: report.state, way: Way(trust: .full), signature: nil)
        if !world.hasSigned(told) { world.violated(.nothingIsForged, "\(hub.place) keeps \(Self.text(report))") }
    }

    private static func text(_ report: Report) -> String {
        let foreign = report.origin.foreign
        let whose = foreign.map { "\(name($0.cluster))/\(report.origin.host)@\(name($0.friend))" }
        let way = report.way.map { " by \($0.hops.map(name).joined(separator: ",")) \($0.trust)" } ?? ""
        let state = report.state
        return "\(whose ?? "\(report.origin.host)"): \(report.subject)\(state.isLifted ? " lifted" : "")"
            + " \(seconds(state.version - World.epoch)) until \(seconds(state.until.microseconds - World.epoch))\(way)"
    }

    /// Short: the letters are all the same.
    private static func name(_ cluster: Cluster) -> String { "\(cluster.id.prefix(1))\(cluster.id.suffix(1))" }

    // MARK: When all has settled

    func settled() {
        for place in graph.places {
            let hub = world.hub(place)
            guard let machine = hub.machine else { return world.violated(.truthArrives, "\(place) is down") }
            let byAddress = Dictionary(grouping: machine.reports, by: \.subject.address)
            for number in 0..<FriendSchedule.addresses {
                let address = World.address(number)
                let reports = byAddress[address] ?? []
                let confidence = confidence(of: reports, machine)
                if confidence != self.confidence(of: reports.map(\.copied), machine) {
                    world.violated(.twinsAreEqual, "\(place)'s subscribers judge otherwise of \(address)")
                }
                let (lower, upper) = bounds(of: number, at: place.cluster)
                let words = "\(place) believes \(confidence) of \(address)"
                if confidence > upper { world.violated(.nobodyWeighsMore, "\(words), \(upper) at most is right") }
                if confidence < lower { world.violated(.truthArrives, "\(words), \(lower) at least is right") }
                let alone = reports.compactMap { self.confidence(of: [$0], machine) }.max() ?? .none
                if confidence >= .usualThreshold, alone < .usualThreshold { world.reached(.tippedByFriends) }
            }
            guard place.hub == 1, let twin = world.hub(FriendGraph.Place(cluster: place.cluster, hub: 0)).machine else {
                continue
            }
            compare(machine, with: twin, at: place)
        }
    }

    private func compare(_ one: Hub, with other: Hub, at place: FriendGraph.Place) {
        if one.levels != other.levels {
            world.violated(.twinsAreEqual, "\(place) trusts \(one.levels), its twin \(other.levels)")
        }
        // Where there is no room for all, each keeps what it heard first.
        let (ones, others) = (roomy(one), roomy(other))
        guard let report = ones.symmetricDifference(others).min(by: { $0.key < $1.key }) else { return }
        let whose = ones.contains(report) ? "only \(place)" : "not \(place), but its twin"
        world.violated(.twinsAreEqual, "\(whose) holds \(Self.text(report))")
    }

    private func roomy(_ hub: Hub) -> Set<Report> {
        Set(hub.reports.filter { !flooded.contains($0.subject.address) })
    }

    private func confidence(of reports: [Report], _ machine: Hub) -> Trust {
        let vouchers = Voucher.all(of: reports, levels: machine.levels, at: world.clock)
        return Confidence.of(vouchers.map(\.testimony))
    }

    func over() {
        for place in graph.places {
            guard let machine = world.hub(place).machine, machine.count > 0 else { continue }
            let left = machine.reports.min { $0.key < $1.key }.map(Self.text) ?? ""
            world.violated(.allIsForgotten, "\(place) keeps \(machine.count) reports, \(left) among them")
        }
    }

    // MARK: What is right

    /// Whose word is live on an address.
    private func witnesses(of address: Int) -> [Int] {
        graph.hubs.indices.filter { cluster in
            world.said(by: cluster).contains {
                $0.subject.address == World.address(address) && $0.state.isLive(at: world.clock)
            }
        }
    }

    /// The least and the most that a cluster may believe.
    private func bounds(of address: Int, at cluster: Int) -> (lower: Trust, upper: Trust) {
        let witnesses = witnesses(of: address)
        let isPardoned = FriendSchedule.pardoned.contains(address)
        if witnesses.contains(cluster) { return (isPardoned ? .none : .full, .full) }
        var (least, most) = (Sum(), Sum())
        for friend in graph.levels[cluster].keys.sorted() {
            let limit = world.level(of: friend, at: cluster)
            least.begin(limit)
            most.begin(limit)
            for witness in witnesses {
                if let way = ways(from: witness, without: cluster, self.most)[friend] {
                    most.add(witness, way.trust.through(limit))
                }
                if let trust = certain(from: witness, through: friend, to: cluster, address) {
                    least.add(witness, trust.through(limit))
                }
            }
            if liedOf.contains(World.address(address)), hears(friend, liarsWithout: cluster) { most.fill() }
        }
        return (isPardoned ? .none : least.trust, most.trust)
    }

    /// What a friend tells for certain of a witness; nil: he may tell nothing.
    private func certain(from witness: Int, through friend: Int, to cluster: Int, _ address: Int) -> Trust? {
        var certain: [Trust] = []
        let isFlooded = flooded.contains(World.address(address))
        // Who says more than there is room for keeps out his own word.
        if witness == friend, !(isFlooded && graph.liars.contains(friend)) { certain.append(.full) }
        // No liar can keep this from us, unless he has filled what there is room for.
        let areHonest = graph.liars.isDisjoint(with: [witness, friend])
        if areHonest, !isFlooded, let level = least[friend][witness] { certain.append(level) }
        // Where nobody lies: by the best of all ways, if it is not one through us.
        if graph.liars.isEmpty, !world.schedule.levelsChange,
            let way = ways(from: witness, without: nil, least)[friend],
            !way.hops.contains(FriendGraph.cluster(cluster))
        {
            certain.append(way.trust)
        }
        return certain.max()
    }

    /// The best way to each cluster.
    private func ways(from witness: Int, without excluded: Int?, _ levels: [[Int: Trust]]) -> [Int: Way] {
        var ways = [witness: Way(trust: .full, hops: [FriendGraph.cluster(witness)])]
        var changed = true
        while changed {
            changed = false
            for cluster in graph.hubs.indices where cluster != excluded {
                for (friend, level) in levels[cluster] {
                    guard let way = ways[friend], !way.hops.contains(FriendGraph.cluster(cluster)) else { continue }
                    let next = Way(trust: way.trust.through(level), hops: way.hops + [FriendGraph.cluster(cluster)])
                    guard ways[cluster].map({ $0 < next }) ?? true else { continue }
                    ways[cluster] = next
                    changed = true
                }
            }
        }
        return ways
    }

    /// Whether a liar's word can come to us by this friend.
    private func hears(_ friend: Int, liarsWithout excluded: Int) -> Bool {
        graph.liars.contains { liar in
            liar != excluded && ways(from: liar, without: excluded, most)[friend] != nil
        }
    }

    /// What witnesses add up to, reckoned otherwise than the product does it.
    private struct Sum {
        private var links: [(limit: Int, sum: Int)] = []
        private var witnesses: [Int: Int] = [:]
        private var isOpen = false

        mutating func begin(_ limit: Trust) { links.append((limit.millionths, 0)) }

        mutating func add(_ witness: Int, _ trust: Trust) {
            links[links.count - 1].sum += trust.millionths
            witnesses[witness] = max(witnesses[witness] ?? 0, trust.millionths)
        }

        /// Somebody may make up as many witnesses as he wants.
        mutating func fill() {
            links[links.count - 1].sum = .max
            isOpen = true
        }

        var trust: Trust {
            let passed = links.reduce(0) { $0 + min($1.limit, $1.sum) }
            let all = isOpen ? passed : min(passed, witnesses.values.reduce(0, +))
            return Trust(millionths: min(all, 1_000_000)) ?? .full
        }
    }
}

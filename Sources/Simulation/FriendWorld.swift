internal import BanModel

/// Clusters of several owners: their hubs, what lies between them, and what their hosts and their liars say.
final class FriendWorld: Timeline {
    let schedule: FriendSchedule
    let plant: Plant?
    private var hubs: [FriendGraph.Place: FriendHub] = [:]
    private var lanes: [FriendLane] = []
    private(set) var judge: FriendJudge!
    /// How far each cluster trusts each of its friends.
    private var levels: [[Int: Trust]]
    /// What the hosts of each cluster said last.
    private var said: [[ReportKey: Report.State]]
    /// What was signed, in its order: liars tell it anew.
    private var signed: [SharedReport] = []
    private var signedTexts: Set<String> = []
    private var chance: SeededGenerator
    /// Nobody says or hears anything any more: only ends are looked at.
    private(set) var isOver = false

    init(_ schedule: FriendSchedule, plant: Plant?, isTracing: Bool) {
        (self.schedule, self.plant) = (schedule, plant)
        levels = schedule.graph.levels
        said = schedule.graph.hubs.map { _ in [:] }
        chance = SeededGenerator(seed: schedule.seed, stream: 3)
        super.init(isTracing: isTracing)
        judge = FriendJudge(world: self)
        for (number, place) in schedule.graph.places.enumerated() {
            hubs[place] = FriendHub(place, number: number, in: self)
        }
        for (number, link) in schedule.graph.links.enumerated() {
            let lane = FriendLane(link, number: number, in: self)
            lanes.append(lane)
            hub(link.one).meet(link.other, by: lane)
            hub(link.other).meet(link.one, by: lane)
            if link.isOfTwins { reached(.twins) }
        }
        if schedule.graph.links.count(where: { !$0.isOfTwins }) >= schedule.graph.hubs.count { reached(.goesRound) }
    }

    func hub(_ place: FriendGraph.Place) -> FriendHub {
        guard let hub = hubs[place] else { preconditionFailure("a place without a hub") }
        return hub
    }

    var allHubs: [FriendHub] { schedule.graph.places.map(hub) }

    func level(of friend: Int, at cluster: Int) -> Trust { levels[cluster][friend] ?? .none }

    /// By the hosts of this cluster, in the order of the keys.
    func said(by cluster: Int) -> [Report] {
        said[cluster].sorted { $0.key < $1.key }.map { $0.key.report($0.value) }
    }

    // MARK: From the beginning to the end

    func run() {
        for hub in allHubs { hub.begin() }
        schedule(schedule.steps) { [unowned self] in take($0) }
        run(until: schedule.end)
        guard violation == nil else { return }
        trace("all is mended")
        for lane in lanes { lane.heal() }
        for hub in allHubs where !hub.isUp { hub.begin() }
        // Each has greeted, and asked for what it missed, and a few signs of life have come; and nothing ends just now.
        run(until: now + 150_000_000)
        for hub in allHubs { hub.look() }
        guard violation == nil else { return }
        trace("everything must have settled")
        judge.settled()
        guard violation == nil else { return }
        isOver = true
        // Two looks: a clock that has gone on so far is doubted at first.
        for pause in [32 * 86_400_000_000, 400_000_000] as [Int64] {
            run(until: now + pause)
            for hub in allHubs { hub.look() }
        }
        judge.over()
    }

    private func take(_ timed: TimedStep<FriendStep>) {
        trace("step: \(timed.step)")
        switch timed.step {
        case .ban(let cluster, let host, let jail, let address, let length):
            say(cluster, host, jail, address) { known in
                let until = clock + .microseconds(length)
                return Report.State(
                    version: version(after: known), isLifted: false, until: until, forget: known?.forget)
            }
        case .lift(let cluster, let host, let jail, let address):
            say(cluster, host, jail, address) { known in
                guard let known, known.isLive(at: clock) else { return nil }
                return Report.State(
                    version: version(after: known), isLifted: true, until: known.until, forget: known.forget)
            }
        case .pardon(let place, let address): hub(place).pardon(World.address(address))
        case .lie(let place, let lie, let address, let number): tell(lie, at: place, address: address, number: number)
        case .trust(let cluster, let friend, let level):
            guard levels[cluster][friend] != nil else { return }
            reached(.trustChanged)
            levels[cluster][friend] = level
            judge.trusts(cluster, friend, level)
            for place in schedule.graph.places where place.cluster == cluster { hub(place).reconfigure() }
        case .kill(let place, let down): hub(place).kill(for: down)
        case .cut(let link, let length): lane(of: link).cut(for: length)
        case .deafen(let link, let length): lane(of: link).deafen(for: length)
        }
    }

    private func lane(of link: FriendGraph.Link) -> FriendLane {
        guard let lane = lanes.first(where: { $0.link == link }) else { preconditionFailure("a link without a lane") }
        return lane
    }

    private func version(after known: Report.State?) -> Version { max(clock.microseconds, (known?.version ?? 0) + 1) }

    /// - Parameter next: nil: nothing.
    private func say(
        _ cluster: Int, _ host: Int, _ jail: Int, _ address: Int, _ next: (Report.State?) -> Report.State?
    ) {
        let origin = Origin(host: World.host(host))
        let key = ReportKey(origin, Subject(World.jail(jail), World.address(address)))
        guard let state = next(said[cluster][key]) else { return }
        said[cluster][key] = state
        // The first of the hubs that is there, from the one that this host prefers on.
        let places = schedule.graph.places.filter { $0.cluster == cluster }
        let wanted = (0..<places.count).map { hub(places[(host + $0) % places.count]) }
        wanted.first(where: \.isUp)?.take(key.report(state))
    }

    // MARK: Signatures

    /// Nobody can make one for a cluster but the cluster itself.
    private static func text(_ report: SharedReport) -> String {
        let state = report.state
        return "\(report.cluster) \(report.host) \(report.source) \(report.subject) \(state.version) \(state.isLifted)"
            + " \(state.until.microseconds) \(state.forget.microseconds)"
    }

    func isRight(_ report: SharedReport) -> Bool { report.signature?.bytes == Array(Self.text(report).utf8) }

    /// Each that is its cluster's own.
    func signed(_ reports: [SharedReport]) -> [SharedReport] {
        reports.map { report in
            guard report.signature == nil else { return report }
            let text = Self.text(report)
            var whole = report
            whole.signature = Signature(bytes: Array(text.utf8))
            if signedTexts.insert(text).inserted { signed.append(whole) }
            return whole
        }
    }

    /// Whether a cluster of the graph has signed this.
    func hasSigned(_ report: SharedReport) -> Bool { signedTexts.contains(Self.text(report)) }

    // MARK: Lies

    private func tell(_ lie: FriendStep.Lie, at place: FriendGraph.Place, address: Int, number: Int) {
        let hub = hub(place)
        guard hub.isUp else { return }
        let lies = lies(lie, by: place.cluster, address, number)
        guard !lies.isEmpty else { return }
        reached(.lied(lie.rawValue))
        judge.lied(of: lies)
        hub.lie(lies)
    }

    private func lies(_ lie: FriendStep.Lie, by liar: Int, _ address: Int, _ number: Int) -> [SharedReport] {
        let own = FriendGraph.cluster(liar)
        let old = signed.isEmpty ? nil : signed[number % signed.count]
        switch lie {
        case .forgedLift:
            guard var report = old else { return [] }
            report.state.version += 1
            report.state.isLifted = true
            report.signature = Signature(bytes: Array("forged".utf8))
            return [by(own, report)]
        case .altered:
            guard var report = old else { return [] }
            report.state.until = report.state.until + .seconds(3_600)
            report.state.forget = max(report.state.forget, report.state.until)
            return [by(own, report)]
        case .replayed: return old.map { [by(own, $0)] } ?? []
        case .aroundUs:
            guard let report = old else { return [] }
            let others = (0..<schedule.graph.hubs.count).map(FriendGraph.cluster)
            let middle = others[number / 7 % others.count]
            guard middle != report.cluster, middle != own, report.cluster != own else { return [] }
            return [by(own, report, through: middle)]
        case .madeUpClusters:
            return (0..<3 + number % 10).map { index in
                madeUp(FriendGraph.cluster(FriendGraph.mostClusters + index), "h0", by: own, address, number)
            }
        case .madeUpHosts:
            // Some of them more than there is room for.
            return (0..<(number % 8 == 0 ? 110 : 4)).map { madeUp(own, "m\($0)", by: own, address, number) }
        case .future:
            var report = madeUp(own, "h0", by: own, address, number)
            report.state.version += 10 * 86_400_000_000
            report.signature = Signature(bytes: Array(Self.text(report).utf8))
            return [report]
        }
    }

    private func by(_ liar: Cluster, _ report: SharedReport, through middle: Cluster? = nil) -> SharedReport {
        var told = report
        var hops: [Cluster] = []
        for hop in [report.cluster, middle, liar] { if let hop, !hops.contains(hop) { hops.append(hop) } }
        told.way = Way(trust: .full, hops: hops)
        return told
    }

    private func madeUp(
        _ cluster: Cluster, _ name: String, by liar: Cluster, _ address: Int, _ number: Int
    ) -> SharedReport {
        guard let host = Host(name), let trust = Trust(millionths: number % 3 == 0 ? 1 : 1_000_000) else {
            preconditionFailure("a host's name")
        }
        let until = clock + .seconds(Int64(30 + number % 3_600))
        var report = SharedReport(
            cluster: cluster, host: host, source: .log,
            subject: Subject(World.jail(number % 2), World.address(address)),
            state: Report.State(version: clock.microseconds, isLifted: false, until: until),
            way: Way(trust: trust, hops: cluster == liar ? [liar] : [cluster, liar]), signature: nil)
        report.signature = Signature(bytes: Array(Self.text(report).utf8))
        return report
    }
}

internal import BanModel
internal import ClusterCore

/// The publisher's loop around the machine `Hub`, as far as it speaks with friends and twins.
final class FriendHub {
    /// What this hub hears of another one.
    private struct Side {
        var lane: FriendLane
        var copy = FriendCopy()
        var isAsking = false
    }

    let place: FriendGraph.Place
    let cluster: Cluster
    private unowned let world: FriendWorld
    private var chance: SeededGenerator
    private(set) var machine: Hub?
    private var life = 0
    private var disk: [ReportKey: Report] = [:]
    /// What twins trusted when they were last heard.
    private var kept: [Host: [Cluster: Trust]] = [:]
    /// By the place of the other hub.
    private var sides: [FriendGraph.Place: Side] = [:]
    private var due: Timestamp?
    /// When the last of what is known now is on disk, in microseconds.
    private var committed: Int64 = 0

    init(_ place: FriendGraph.Place, number: Int, in world: FriendWorld) {
        (self.place, self.world) = (place, world)
        cluster = FriendGraph.cluster(place.cluster)
        chance = SeededGenerator(seed: world.schedule.seed, stream: 10 + UInt64(number))
    }

    var isUp: Bool { machine != nil }

    /// In an order that the seed alone decides.
    private var others: [FriendGraph.Place] { sides.keys.sorted { ($0.cluster, $0.hub) < ($1.cluster, $1.hub) } }

    private func isTwin(_ other: FriendGraph.Place) -> Bool { other.cluster == place.cluster }

    func meet(_ other: FriendGraph.Place, by lane: FriendLane) { sides[other] = Side(lane: lane) }

    private var settings: Hub.Settings {
        var levels: [Cluster: Trust] = [:]
        for other in others where !isTwin(other) {
            levels[FriendGraph.cluster(other.cluster)] = world.level(of: other.cluster, at: place.cluster)
        }
        return Hub.Settings(
            tokens: nil, ignored: [], bantime: .seconds(600), maximumBantime: .seconds(30 * 86_400), cluster: cluster,
            levels: levels)
    }

    // MARK: Its life

    func begin() {
        life += 1
        due = nil
        var machine = Hub(settings: settings, epoch: UInt64(place.cluster + 1) << 32 + UInt64(place.hub << 16 + life))
        machine.restore(disk.values.sorted { $0.key < $1.key })
        let outcome = machine.start(at: world.clock)
        self.machine = machine
        tell(outcome)
        for other in others {
            sides[other]?.copy = FriendCopy()
            sides[other]?.isAsking = false
        }
        for twin in kept.keys.sorted() { adopt(kept[twin] ?? [:], from: twin) }
        // A monitor finds out what the hub lacks.
        for report in world.said(by: place.cluster) { take(report) }
        beacon(life)
        for other in others { sides[other]?.lane.look() }
    }

    func kill(for down: Int64) {
        guard isUp else { return }
        world.kills += 1
        world.reached(.hubKilled)
        machine = nil
        life += 1
        for other in others { sides[other]?.lane.look() }
        world.after(down) { [self] in
            if !isUp { begin() }
        }
    }

    private func beacon(_ life: Int) {
        guard life == self.life, isUp, !world.isOver else { return }
        broadcast([])
        world.after(chance.between(20_000_000, 30_000_000)) { [self] in beacon(life) }
    }

    /// Something may have ended.
    func look() {
        guard let outcome = machine?.advance(to: world.clock) else { return }
        tell(outcome)
    }

    func reconfigure() {
        guard let outcome = machine?.reconfigure(settings, at: world.clock) else { return }
        tell(outcome)
        broadcast([])
    }

    // MARK: Its own cluster

    /// What a host of its own says.
    func take(_ report: Report) {
        guard
            let outcome = machine?.take(
                [report], from: report.origin.host, Instance(number: 1), token: nil, at: world.clock)
        else { return }
        tell(outcome)
    }

    func pardon(_ address: Address) {
        guard let outcome = machine?.pardon(address, token: nil, at: world.clock) else { return }
        if !outcome.news.isEmpty { world.reached(.pardoned) }
        tell(outcome)
    }

    // MARK: What it tells

    private func tell(_ outcome: Hub.Outcome) {
        for report in outcome.news { world.judge.kept(report, at: self) }
        let changes = outcome.news.map { ($0.key, Optional($0)) } + outcome.forgotten.map { ($0, nil) }
        if !changes.isEmpty {
            // What was told and is not on disk yet dies with it; what comes later is there later.
            let life = life
            committed = max(committed + 1, world.now + chance.between(1_000, 500_000))
            world.at(committed) { [self] in
                guard life == self.life else { return }
                for (key, report) in changes { disk[key] = report }
            }
        }
        if !outcome.news.isEmpty { broadcast(outcome.news) }
        guard !world.isOver, let next = machine?.nextDeadline, due.map({ next < $0 || $0 < world.clock }) ?? true else {
            return
        }
        due = next
        world.at(max(next.microseconds - World.epoch, world.now + 1_000)) { [self, life] in
            guard life == self.life else { return }
            due = nil
            look()
        }
    }

    private func broadcast(_ news: [Report]) {
        guard let machine else { return }
        let (epoch, sequence) = (machine.epoch, machine.sequence)
        let shared = world.signed(machine.shared(news))
        if shared.count > Set(shared.map { $0.report(from: cluster).key }).count { world.reached(.toldByOtherWays) }
        for other in others {
            guard let lane = sides[other]?.lane else { continue }
            let receiver = world.hub(other)
            if isTwin(other) {
                let levels = news.isEmpty ? machine.ownLevels : nil
                lane.broadcast { [self] in
                    receiver.heard(news.count, epoch: epoch, upTo: sequence, from: place)
                    receiver.take(fromTwin: news)
                    if let levels { receiver.adopt(levels, from: FriendGraph.twin(place.hub)) }
                    receiver.ask(place)
                }
            } else {
                lane.broadcast { [self] in
                    receiver.heard(news.count, epoch: epoch, upTo: sequence, from: place)
                    receiver.take(shared, from: self)
                    receiver.ask(place)
                }
            }
        }
    }

    /// To all friends, what a liar has made up.
    func lie(_ reports: [SharedReport]) {
        guard let machine else { return }
        let (epoch, sequence) = (machine.epoch, machine.sequence)
        for other in others where !isTwin(other) {
            let receiver = world.hub(other)
            sides[other]?.lane.broadcast { [self] in
                receiver.heard(0, epoch: epoch, upTo: sequence, from: place)
                receiver.take(reports, from: self)
                receiver.ask(place)
            }
        }
    }

    // MARK: What it is told

    func connected(to other: FriendHub, by lane: FriendLane) {
        sides[other.place]?.isAsking = false
        sides[other.place]?.copy.joined()
        // Its hello, and the answer.
        lane.send { [self] in
            let levels = other.machine?.ownLevels ?? [:]
            lane.send { [self] in
                sides[other.place]?.copy.greeted()
                if isTwin(other.place) { adopt(levels, from: FriendGraph.twin(other.place.hub)) }
                ask(other.place)
            }
        }
    }

    func lost(_ other: FriendHub) { sides[other.place]?.isAsking = false }

    private func heard(_ count: Int, epoch: UInt64, upTo sequence: UInt64, from other: FriendGraph.Place) {
        sides[other]?.copy.heard(count, epoch: epoch, upTo: sequence)
    }

    private func adopt(_ levels: [Cluster: Trust], from twin: Host) {
        if world.plant == .unheardTwin { return }
        guard let outcome = machine?.adopt(levels, from: twin, at: world.clock) else { return }
        kept[twin] = levels
        tell(outcome)
    }

    private func take(_ reports: [SharedReport], from friend: FriendHub) {
        // No copy of the machine is kept meanwhile: changing it would cost one of all its memory.
        guard var (news, refused) = machine?.sort(reports, from: friend.cluster, at: world.clock) else { return }
        let count = news.count
        if world.plant != .uncheckedSignatures { news.removeAll { !world.isRight($0) } }
        refused[.badSignature, default: 0] += count - news.count
        guard let (outcome, full) = machine?.take(news, from: friend.cluster, at: world.clock) else { return }
        refused.merge(full, uniquingKeysWith: +)
        sides[friend.place]?.copy.note(taken: outcome.news.count, refused: refused)
        tell(outcome)
    }

    private func take(fromTwin reports: [Report]) {
        guard !reports.isEmpty, let outcome = machine?.take(fromTwin: reports, at: world.clock).outcome else { return }
        tell(outcome)
    }

    private func ask(_ other: FriendGraph.Place) {
        guard let side = sides[other], isUp, !side.isAsking, let question = side.copy.question else { return }
        if world.plant == .unaskedFriend, !isTwin(other), case .since(let epoch, _) = question, epoch != 0 { return }
        sides[other]?.isAsking = true
        let answerer = world.hub(other)
        side.lane.send { [self] in answerer.answer(question, to: self, by: side.lane) }
    }

    private func answer(_ question: CopyQuestion, to asker: FriendHub, by lane: FriendLane) {
        guard let machine else { return }
        let batch = world.schedule.batch
        if isTwin(asker.place) {
            let answer = machine.wholeAnswer(question, atMost: batch)
            lane.send { [self] in asker.answered(answer, of: self) { $0.take(fromTwin: $1) } }
        } else {
            let answer = machine.answerFriend(question, atMost: batch).map { world.signed($0) }
            lane.send { [self] in asker.answered(answer, of: self) { [self] in $0.take($1, from: self) } }
        }
    }

    private func answered<Entry>(
        _ answer: CopyAnswer<Entry>, of other: FriendHub, _ take: (FriendHub, [Entry]) -> Void
    ) {
        sides[other.place]?.isAsking = false
        if case .buckets = answer { world.reached(.bucketsCompared) }
        take(self, answer.entries)
        let own = isTwin(other.place) ? machine?.twinBuckets ?? ReportBuckets() : ReportBuckets()
        sides[other.place]?.copy.answered(answer, own: own)
        ask(other.place)
    }
}

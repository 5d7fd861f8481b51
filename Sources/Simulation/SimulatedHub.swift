internal import BanModel
internal import ClusterCore

/// The publisher's loop around the machine `Hub`, with its store's thread.
final class SimulatedHub: SimulatedDaemon {
    private struct Vouching: Sendable {
        var number: Int
    }

    /// An answer that says of reports that the hub holds them.
    private struct Vouched {
        var reply: (HubReply) -> Void
        var answer: HubReply
        var reports: [Report]
    }

    let index: Int
    private(set) var machine: Hub?
    private let store = SimulatedStore()
    private var queue = ReplyQueue<Vouching>()
    private var beacons = BeaconSchedule(at: 0)
    private var requests: [(request: HubRequest, reply: (HubReply) -> Void)] = []
    /// What to do with a reply that waits for the disk, by its number.
    private var vouched: [Int: Vouched] = [:]
    private var vouchings = 0
    private var outcomes: [SimulatedStore.Outcome] = []

    init(_ index: Int, in world: World) {
        self.index = index
        super.init(.hub(index), in: world, stream: 10 + UInt64(index))
    }

    var clock: Timestamp { world.clock }

    /// What is on disk.
    var stored: [Report] { store.reports }

    // MARK: The loop

    override func begin() {
        var machine = Hub(
            settings: Hub.Settings(
                tokens: nil, ignored: [], bantime: .seconds(600), maximumBantime: .seconds(30 * 86_400)),
            epoch: UInt64(index + 1) << 32 + UInt64(life))
        machine.restore(store.reports)
        queue = ReplyQueue()
        beacons = BeaconSchedule(at: world.now)
        (requests, vouched, outcomes) = ([], [:], [])
        let outcome = machine.start(at: clock)
        self.machine = machine
        store.begin(self)
        world.judge.hubStarted(self)
        tell(outcome)
        world.after(chance.between(1_000, 20_000)) { [self, life] in
            if life == self.life, isUp { world.network.hubStarted(index) }
        }
    }

    override func ended() {
        machine = nil
        store.end()
        (requests, vouched, outcomes) = ([], [:], [])
        world.network.hubDied(index)
    }

    func receive(_ request: HubRequest, reply: @escaping (HubReply) -> Void) {
        requests.append((request, reply))
        wake(after: chance.between(10, 300))
    }

    func heard(_ outcome: SimulatedStore.Outcome) {
        outcomes.append(outcome)
        if case .stored = outcome, !vouched.isEmpty, dies(at: .commitAndReply) { return }
        wake(after: chance.between(10, 300))
    }

    // MARK: Administrators, whose command asks at once, and tells him what came of it

    func allow(_ address: Address, by host: Host, for length: Duration) {
        guard isUp else { return }
        let origin = Origin(host: host, source: .allow)
        let subject = Subject(Allowance.jail, address)
        let known = machine?.reports.first { $0.origin == origin && $0.subject == subject }?.state.version ?? 0
        let state = Report.State(
            version: max(clock.microseconds, known + 1), isLifted: false, until: clock + length)
        let report = Report(origin: origin, subject: subject, state: state)
        receive(.reports([report], from: host, Instance(number: 1))) { [unowned world] reply in
            if case .taken(_, let refused) = reply, refused.isEmpty { world.reached(.allowed) }
        }
    }

    func disallow(_ address: Address) {
        guard isUp else { return }
        receive(.disallow(address)) { [unowned world] reply in
            if case .disallowed(let count) = reply, count > 0 { world.reached(.disallowed) }
        }
    }

    override func turn() {
        serve()
        guard isUp else { return }
        hearStore()
        let outcome = machine!.advance(to: clock)
        tell(outcome)
        if beacons.takeDue(at: world.now) { broadcast([]) }
        guard isUp else { return }
        let deadline = machine.look { $0.nextDeadline }.map { max($0.microseconds - World.epoch, world.now + 1_000) }
        wake(at: min(deadline ?? .max, beacons.next))
    }

    private func serve() {
        guard !requests.isEmpty else { return }
        var turn = Hub.Outcome()
        var vouching: [Vouched] = []
        // As the real one does: what it tells a copy, all others have heard.
        var questions: [(question: CopyQuestion, reply: (HubReply) -> Void)] = []
        for (request, reply) in requests {
            switch request {
            case .hello(let host, let instance):
                let greeting = machine!.greet(
                    host, instance, token: nil, longestRequest: 1 << 18,
                    reportsPerRequest: world.schedule.shape.batch, at: clock)
                switch greeting {
                case .success(let greeting): reply(.greeting(greeting))
                case .failure(let refusal): reply(.refused(refusal))
                }
            case .reports(let reports, let host, let instance):
                let outcome = machine!.take(reports, from: host, instance, token: nil, at: clock)
                if let refusal = outcome.refusal {
                    reply(.refused(refusal))
                } else {
                    turn.add(outcome)
                    let taken = reports.indices.filter { outcome.except[$0] == nil }.map { reports[$0] }
                    let answer = HubReply.taken(epoch: machine.look { $0.epoch }, except: outcome.except)
                    vouching.append(Vouched(reply: reply, answer: answer, reports: taken))
                }
            case .held(let question, let host, let instance):
                let answer = machine!.held(
                    of: host, instance, token: nil, question, atMost: world.schedule.shape.batch, at: clock)
                switch answer {
                case .success(let answer):
                    vouching.append(Vouched(reply: reply, answer: .held(answer), reports: answer.reports))
                case .failure(let refusal): reply(.refused(refusal))
                }
            case .disallow(let address):
                let outcome = machine!.pardon(address, allowances: true, token: nil, at: clock)
                turn.add(outcome)
                vouching.append(
                    Vouched(reply: reply, answer: .disallowed(outcome.news.count), reports: outcome.news))
            case .copy(let question): questions.append((question, reply))
            }
        }
        requests = []
        if !turn.news.isEmpty, dies(at: .takeAndBroadcast) { return }
        tell(turn)
        if !turn.news.isEmpty, dies(at: .broadcastAndCommit) { return }
        for vouched in vouching { vouch(vouched) }
        for (question, reply) in questions {
            reply(.answer(machine.look { $0.answer(question, atMost: world.schedule.shape.batch) }))
        }
    }

    /// Broadcasts what is news, and gives it to the disk.
    private func tell(_ outcome: Hub.Outcome) {
        if !outcome.news.isEmpty {
            for report in outcome.news { world.judge.told(report) }
            broadcast(outcome.news)
            beacons.broadcast(at: world.now)
        }
        if !outcome.news.isEmpty || !outcome.forgotten.isEmpty {
            store.write(outcome.news, forgotten: outcome.forgotten, ticket: queue.next())
        }
    }

    private func broadcast(_ news: [Report]) {
        let (epoch, sequence) = machine.look { ($0.epoch, $0.sequence) }
        for host in world.hosts {
            host.subscriber.feeds[index].send(news, epoch: epoch, sequence: sequence)
        }
    }

    private func vouch(_ new: Vouched) {
        vouchings += 1
        vouched[vouchings] = new
        if world.plant == .ackBeforeCommit {
            acknowledge(vouchings)
        } else if let trouble = queue.trouble {
            refuse(vouchings, trouble)
        } else if let ready = queue.add(Vouching(number: vouchings)) {
            acknowledge(ready.number)
        }
    }

    private func acknowledge(_ number: Int) {
        guard let vouched = vouched.removeValue(forKey: number) else { return }
        world.judge.acknowledged(vouched.reports, by: self)
        vouched.reply(vouched.answer)
    }

    private func refuse(_ number: Int, _ trouble: String) {
        vouched.removeValue(forKey: number)?.reply(.refused(HubRefusal(.later, trouble)))
    }

    private func hearStore() {
        guard !outcomes.isEmpty else { return }
        for outcome in outcomes {
            switch outcome {
            case .stored(let ticket):
                for ready in queue.stored(upTo: ticket) { acknowledge(ready.number) }
            case .failed(let reason):
                for refused in queue.failed(reason, where: { _ in true }) { refuse(refused.number, reason) }
            }
        }
        outcomes = []
    }
}

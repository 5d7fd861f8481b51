internal import BanModel
internal import ClusterCore

/// The subscriber's loop around the machine `Subscriber`, with its ledger, its replica's file and its client.
final class SimulatedSubscriber: SimulatedDaemon {
    unowned(unsafe) let host: SimulatedHost
    private(set) var feeds: [SimulatedFeed] = []
    private(set) var copy: PlantedCopy?
    // The disk.
    private(set) var ledgerOnDisk: [LedgerRecord] = []
    /// Grows each time that the ledger is written anew.
    private(set) var ledgerFile = 0
    private var replicaOnDisk: [Report] = []
    // The process.
    private var client: ClientQueue<Subscriber.Act>?
    private var answers: [Answer] = []
    private var unwrittenLedger: [LedgerRecord] = []
    private var unwrittenReports: [Report] = []
    private var waitingAct: Subscriber.Act?
    private var isActing = false
    private var mustRewriteLedger = false
    private var mustRewriteReplica = false
    private var lastOffset: Int64 = 0

    init(on host: SimulatedHost) {
        self.host = host
        super.init(.subscriber(host.index), in: host.world, stream: 30 + UInt64(host.index))
        feeds = (0..<Shape.hubs).map { SimulatedFeed(of: self, hub: $0) }
    }

    private var settings: Subscriber.Settings {
        Subscriber.Settings(
            host: host.name, target: .own(World.own), prefixFilter: "", ignored: [], bantime: .seconds(600),
            hubs: Shape.hubs, hearsOldForm: false)
    }

    override func begin() {
        copy = PlantedCopy(
            Subscriber(settings: settings, reports: replicaOnDisk, records: ledgerOnDisk), plant: world.plant)
        world.judge.copyBegins(host.index, with: replicaOnDisk)
        client = ClientQueue(host.fail2ban) { act, fail2ban in
            switch act {
            case .instruct(let instruction): fail2ban.carryOut(instruction)
            case .ask(let question): fail2ban.answer(question)
            case .readPacketFilter, .changePacketFilter: .impossible("there is no packet filter")
            case .write: .impossible("the log is the loop's own")
            }
        } answered: { [unowned self] _, answer in
            if dies(at: .actAndAnswer) { return }
            answers.append(answer)
            wake(after: chance.between(20, 500))
        }
        lastOffset = host.offset
        for feed in feeds { feed.connect() }
        carryOut(copy!.start(at: host.clock))
    }

    override func ended() {
        for feed in feeds { feed.forget() }
        client?.orphan()
        (copy, client, waitingAct, isActing) = (nil, nil, nil, false)
        (answers, unwrittenLedger, unwrittenReports) = ([], [], [])
        (mustRewriteLedger, mustRewriteReplica) = (false, false)
    }

    // MARK: The loop

    override func turn() {
        watchClock()
        let answered = answers
        answers = []
        for answer in answered {
            isActing = false
            carryOut(copy!.done(with: answer, at: host.clock))
        }
        if !answered.isEmpty, dies(at: .answerAndLedger) { return }
        for index in feeds.indices { talk(to: index) }
        carryOut(copy!.advance(to: host.clock))
        guard settle() else { return }
        var next = copy!.nextDeadline.map { max(host.trueTime($0), world.now + 1_000) } ?? .max
        for feed in feeds { next = min(next, feed.link.deadline ?? .max) }
        wake(at: next)
    }

    /// Where this host's clock was set, the hubs tell what time it is.
    private func watchClock() {
        let step = host.offset - lastOffset
        lastOffset = host.offset
        guard abs(step) > 1_000_000 else { return }
        carryOut(copy!.clockStepped(by: .microseconds(step), at: host.clock))
        for feed in feeds { feed.link.greet() }
    }

    private func talk(to index: Int) {
        feeds[index].work {
            copy!.joined(index)
        } event: { event in
            switch event {
            case .greeted(let greeting, let asked):
                let asked = host.clock - .microseconds(world.now - asked)
                carryOut(copy!.greeted(greeting, by: index, asked: asked, at: host.clock))
            case .reply(.answer(let answer)):
                if case .buckets = answer { world.reached(.bucketsCompared) }
                feeds[index].link.isWell()
                carryOut(copy!.answered(answer, from: index, at: host.clock))
            case .reply: feeds[index].link.rest()
            case .lost: break
            }
        } broadcast: { broadcast in
            carryOut(
                copy!.heard(
                    broadcast.reports, from: index, epoch: broadcast.epoch, sequence: broadcast.sequence,
                    at: host.clock))
        }
        if feeds[index].link.isIdle, let question = copy!.question(to: index) { feeds[index].link.ask(.copy(question)) }
    }

    // MARK: What goes out

    private func carryOut(_ effects: [Subscriber.Effect]) {
        for effect in effects {
            switch effect {
            case .ledger(let record): unwrittenLedger.append(record)
            case .replica(let report):
                world.judge.copyHolds(report, on: host.index)
                unwrittenReports.append(report)
            case .trust: break  // there are no friends yet
            case .act(let act): waitingAct = act
            case .note(let note): world.trace("\(name): \(note)")
            }
        }
    }

    /// Writes what has come, then begins the act that waits for it. Returns whether the daemon lives.
    private func settle() -> Bool {
        if world.plant == .ledgerAfterAct, let act = waitingAct, !mustRewriteLedger {
            waitingAct = nil
            begin(act)
            if dies(at: .ledgerAndAct) { return false }
        }
        // With the planted fault, what belongs to an act is written once it is done.
        if world.plant != .ledgerAfterAct || !isActing { guard save() else { return false } }
        guard let act = waitingAct, !mustRewriteLedger else { return true }
        if dies(at: .ledgerAndAct) { return false }
        waitingAct = nil
        begin(act)
        return true
    }

    private func begin(_ act: Subscriber.Act) {
        isActing = true
        world.trace("\(name) acts: \(act)")
        client!.add(act)
    }

    /// No act without its intent on disk.
    private func save() -> Bool {
        if !unwrittenLedger.isEmpty || mustRewriteLedger {
            if dies(at: .midSave) { return false }
            if isDiskFull {
                world.reached(.diskFull)
                mustRewriteLedger = true
            } else if mustRewriteLedger {
                ledgerOnDisk = copy!.ledgerSnapshot(at: host.clock)
                ledgerFile += 1
                mustRewriteLedger = false
            } else {
                ledgerOnDisk += unwrittenLedger
            }
            unwrittenLedger = []
            host.monitor.wake(after: chance.between(50, 2_000))
        }
        if !unwrittenReports.isEmpty || mustRewriteReplica {
            if isDiskFull {
                mustRewriteReplica = true
            } else if mustRewriteReplica {
                replicaOnDisk = copy!.replicaSnapshot(at: host.clock)
                mustRewriteReplica = false
            } else {
                replicaOnDisk += unwrittenReports
            }
            unwrittenReports = []
        }
        return true
    }

    /// A crash while the file is written leaves whole records: the first so many.
    override func die(downFor down: Int64, at point: KillPoint) {
        if isUp, point == .midSave, !mustRewriteLedger, !isDiskFull {
            ledgerOnDisk += unwrittenLedger.prefix(chance.below(unwrittenLedger.count + 1))
            host.monitor.wake(after: 100)
        }
        super.die(downFor: down, at: point)
    }
}

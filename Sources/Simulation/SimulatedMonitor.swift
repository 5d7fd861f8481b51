internal import BanModel
internal import ClusterCore

/// The monitor's loop around the machine `Monitor`, with its state file, the log and the ledger that it reads, and its client.
final class SimulatedMonitor: SimulatedDaemon {
    /// How long a hub may take to answer.
    private static let limit: Int64 = 5_000_000

    unowned(unsafe) let host: SimulatedHost
    private(set) var links: [HubLink] = []
    private(set) var machine: Monitor?
    /// The administrator's, in seconds.
    private(set) var configured: Int64
    /// The shortest that it ever was.
    private(set) var leastConfigured: Int64
    // The disk.
    private var disk: [MonitorRecord] = []
    // The process.
    private var client: ClientQueue<Question>?
    private var answers: [(question: Question, answer: Answer)] = []
    private var place: SimulatedLog.Place?
    private var reachedPlace: SimulatedLog.Place?
    private var ledgerFile = 0
    private var ledgerRead = 0
    private var unsaved: [MonitorRecord] = []
    private var mustRewrite = false
    private var choice = HubChoice()
    private var greeting: HubGreeting?
    private var underway: [Report]?
    private var lastOffset: Int64 = 0
    private var mustGreet = false

    init(on host: SimulatedHost) {
        self.host = host
        configured = host.shape.configured
        leastConfigured = host.shape.configured
        super.init(.monitor(host.index), in: host.world, stream: 50 + UInt64(host.index))
        links = (0..<Shape.hubs).map { hub in
            HubLink(of: self, host: host.index, to: hub, limit: Self.limit) {
                [unowned self, name = host.name] in
                .hello(name, machine.look { $0.instance })
            }
        }
    }

    /// The hub that it uses.
    var hub: Int? { choice.current }

    private var settings: Monitor.Settings {
        Monitor.Settings(
            host: host.name, ignoredJails: [World.own], bantime: .seconds(configured), asks: host.shape.asks)
    }

    /// The administrator gives it another bantime, and restarts it.
    func configure(_ bantime: Int64) {
        configured = bantime
        leastConfigured = min(leastConfigured, bantime)
        die(downFor: 200_000, at: .anywhere)
    }

    override func begin() {
        let machine = Monitor(
            settings: settings, records: disk, instance: Instance(number: UInt64(host.index + 1)))
        client = ClientQueue(host.fail2ban) { question, fail2ban in
            fail2ban.answer(question)
        } answered: { [unowned self] question, answer in
            answers.append((question, answer))
            wake(after: chance.between(20, 500))
        }
        choice = HubChoice(at: world.now)
        (lastOffset, mustGreet) = (host.offset, false)
        // Where the position is nowhere, the log is read from its beginning, and fail2ban is asked in any case.
        switch machine.position.flatMap({ SimulatedLog.Place($0) }) {
        case nil: place = host.fail2ban.log.end
        case .some(let known):
            world.judge.monitorBegins(on: host, at: known, with: machine.snapshot)
            place = host.fail2ban.log.holds(known) ? known : host.fail2ban.log.beginning
        }
        (reachedPlace, ledgerFile, ledgerRead) = (nil, -1, 0)
        self.machine = machine
        carryOut(self.machine!.start(at: host.clock))
    }

    override func ended() {
        for link in links { link.close() }
        client?.orphan()
        (machine, client, greeting, underway) = (nil, nil, nil, nil)
        (answers, unsaved, mustRewrite) = ([], [], false)
    }

    // MARK: The loop

    override func turn() {
        watchClock()
        readLedger()
        let hasNews = readLog()
        let answered = answers
        answers = []
        for (question, answer) in answered {
            world.trace("\(name) hears of \(question): \(Self.text(answer))")
            carryOut(machine!.answered(question, with: answer, isLogRead: true, at: host.clock))
        }
        carryOut(machine!.advance(to: host.clock))
        if hasNews, dies(at: .newsAndRequest) { return }
        let (hasAsked, hasReply) = talk()
        if hasAsked, dies(at: .requestAndSave) { return }
        if hasReply, dies(at: .replyAndSave) { return }
        guard save() else { return }
        if underway != nil, dies(at: .saveAndReply) { return }
        var next = choice.nextDeadline(after: world.now) ?? .max
        if let deadline = machine.look({ $0.nextDeadline }) {
            next = min(next, max(host.trueTime(deadline), world.now + 1_000))
        }
        for link in links { next = min(next, link.deadline ?? .max) }
        wake(at: next)
    }

    /// As text, in an order that no set decides.
    private static func text(_ answer: Answer) -> String {
        guard case .status(let banned, let total) = answer else { return "\(answer)" }
        return "\(banned.sorted().map(\.description)) of \(total)"
    }

    /// Where this host's clock was set, the hub tells what time it is.
    private func watchClock() {
        let step = host.offset - lastOffset
        lastOffset = host.offset
        if abs(step) > 1_000_000 { mustGreet = true }
    }

    private func readLedger() {
        let subscriber: SimulatedSubscriber = host.subscriber
        if ledgerFile != subscriber.ledgerFile {
            (ledgerFile, ledgerRead) = (subscriber.ledgerFile, 0)
            machine!.ledgerBegins()
        }
        guard ledgerRead < subscriber.ledgerOnDisk.count else { return }
        let records = subscriber.ledgerOnDisk[ledgerRead...]
        ledgerRead = subscriber.ledgerOnDisk.count
        for record in records { carryOut(machine!.read(record, at: host.clock)) }
    }

    private func readLog() -> Bool {
        guard machine.look({ $0.wantsLines }), var place else { return false }
        let (records, hasGap) = host.fail2ban.log.read(from: &place)
        carryOut(machine!.read(records, at: host.clock))
        if hasGap { carryOut(machine!.start(at: host.clock)) }
        self.place = place
        if place != reachedPlace {
            reachedPlace = place
            carryOut(machine!.reached(place.position, at: host.clock))
            if world.plant == .positionBeforeAck { unsaved.append(.position(place.position)) }
        }
        return !records.isEmpty
    }

    // MARK: The hubs

    private func talk() -> (hasAsked: Bool, hasReply: Bool) {
        var (hasAsked, hasReply) = (false, false)
        while true {
            if mustGreet || machine.look({ $0.wantsGreeting }) { choice.greeted = nil }
            for (index, link) in links.enumerated() {
                guard choice.isWanted(index, at: world.now) else {
                    link.close()
                    continue
                }
                for event in link.work() {
                    if case .reply = event { hasReply = true }
                    take(event, from: index)
                }
            }
            if choice.current.map({ links[$0].isAsking }) != true { choice.choose(at: world.now) }
            if let current = choice.current, current != choice.greeted { links[current].greet() }
            choice.greeted = choice.current
            guard let current = choice.current, links[current].isIdle, let greeting else {
                return (hasAsked, hasReply)
            }
            if let question = machine.look({ $0.heldQuestion }) {
                underway = nil
                links[current].ask(.held(question, of: host.name, machine.look { $0.instance }))
                return (hasAsked, hasReply)
            }
            let reports = machine!.takeReports(atMost: greeting.reportsPerRequest, at: host.clock)
            guard !reports.isEmpty else { return (hasAsked, hasReply) }
            underway = reports
            hasAsked = true
            world.trace("\(name) tells hub \(current): \(reports.map(World.text))")
            links[current].ask(.reports(reports, from: host.name, machine.look { $0.instance }))
        }
    }

    private func take(_ event: HubLink.Event, from index: Int) {
        world.trace("\(name) hears from hub \(index): \(event)")
        switch event {
        case .lost:
            let isCurrent = choice.current == index
            choice.lost(index, at: world.now)
            guard isCurrent else { return }
            (underway, greeting) = (nil, nil)
            machine!.unanswered()
        case .greeted(let new, let asked):
            choice.answered(index, at: world.now)
            if choice.current == nil {
                choice.choose(at: world.now)
                if choice.current == index { choice.greeted = index }
            }
            guard choice.current == index else { return }
            if index > 0 { world.reached(.failover) }
            (underway, greeting, mustGreet) = (nil, new, false)
            let asked = host.clock - .microseconds(world.now - asked)
            carryOut(machine!.greeted(new, asked: asked, at: host.clock))
        case .reply(.taken(let epoch, let except)):
            guard choice.current == index, let sent = underway else { return }
            underway = nil
            let (effects, goOn) = machine!.taken(sent.count, except: except, at: host.clock)
            carryOut(effects)
            if goOn { links[index].isWell() } else { links[index].rest() }
            if epoch != greeting?.epoch { greetAgain() }
        case .reply(.held(let answer)):
            guard choice.current == index else { return }
            carryOut(machine!.held(answer, at: host.clock))
            links[index].isWell()
        case .reply:
            guard choice.current == index else { return }
            // It refuses whatever is asked of it now: the other one is asked.
            (underway, greeting) = (nil, nil)
            machine!.unanswered()
            links[index].giveUp(telling: false)
            choice.lost(index, at: world.now)
            choice.greeted = nil
        }
    }

    private func greetAgain() {
        greeting = nil
        machine!.unanswered()
        choice.greeted = nil
    }

    // MARK: What goes out

    private func carryOut(_ effects: [Monitor.Effect]) {
        for effect in effects {
            switch effect {
            case .ask(let question): client!.add(question)
            case .save(let record): unsaved.append(record)
            case .note(let note):
                world.trace("\(name): \(note)")
                switch note {
                case .reported(let subject, _): world.judge.reported(subject, by: host)
                case .lifted(let subject): world.judge.lifted(subject, by: host)
                default: break
                }
            }
        }
    }

    /// Returns whether the daemon lives.
    private func save() -> Bool {
        guard !unsaved.isEmpty || mustRewrite else { return true }
        if dies(at: .midSave) { return false }
        if isDiskFull {
            world.reached(.diskFull)
            mustRewrite = true
        } else if mustRewrite {
            disk = machine!.snapshot
            mustRewrite = false
        } else {
            disk += unsaved
        }
        unsaved = []
        return true
    }

    /// A crash while the file is written leaves whole records: the first so many.
    override func die(downFor down: Int64, at point: KillPoint) {
        if isUp, point == .midSave, !mustRewrite, !isDiskFull {
            disk += unsaved.prefix(chance.below(unsaved.count + 1))
        }
        super.die(downFor: down, at: point)
    }
}

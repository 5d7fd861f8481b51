internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import ClusterProtocol
internal import DaemonKit
internal import Fail2Ban
internal import HubClient
internal import LinuxSystem
internal import Logging
internal import ZeroMQ

/// The monitor's one thread: the log, the state file and the socket to the hub are its own.
struct MonitorLoop: ~Copyable {
    private let logger: Logger
    private let asker: Worker<Question, Answered>
    private var token: String?
    private var machine: Monitor
    private var parser = LogParser()
    private var log: LogFollower
    private var ledger: LedgerReader
    private var state: StateFile<MonitorRecord>
    private var watch: FileWatch
    private var logName: NameWatch
    private var ledgerName: NameWatch
    private var hub: HubRequest
    /// How far the log was read; how far it is done with, the machine knows.
    private var reached: LogPosition?
    private var mustRewrite = false
    private var unsaved: [MonitorRecord] = []
    private var complaints: Complaints

    init(
        section: MonitorSection, general: GeneralSection, logger: Logger, context: Context,
        asker: Worker<Question, Answered>
    ) throws {
        var records: [MonitorRecord] = []
        let ledgerPath = "\(general.stateFolder)/subscriber.ledger"
        let state = try StateFile(path: "\(general.stateFolder)/monitor.state", records: &records)
        let watch = try FileWatch()
        self.logger = logger
        complaints = Complaints(to: logger)
        self.asker = asker
        token = section.token?.secret
        self.state = state
        self.watch = watch
        logName = NameWatch(path: section.logPath.text)
        ledgerName = NameWatch(path: ledgerPath)
        machine = Monitor(settings: Self.settings(section, general, logger), records: records)
        log = LogFollower(path: section.logPath.text)
        ledger = LedgerReader(path: ledgerPath)
        hub = HubRequest(
            context: context, endpoint: "\(section.hubs[0])", timeLimit: section.requestTimeout)
    }

    private static func settings(
        _ section: MonitorSection, _ general: GeneralSection, _ logger: Logger
    ) -> Monitor.Settings {
        Monitor.Settings(
            host: general.hostname, ignoredJails: section.ignoredJails, bantime: section.bantime.duration,
            ignored: Exemptions.addresses(ignored: general.ignored, hubs: section.hubs, logger: logger),
            asks: general.client != nil)
    }

    mutating func run(under supervision: inout Supervision<MonitorSection>) throws {
        switch log.begin(at: machine.position) {
        case .resumed, .atEnd: break
        case .gap:
            logger.warning("the log does not hold the place where it was left: fail2ban is asked for what was missed")
        case .missing:
            logger.warning("there is no log yet", metadata: ["path": "\(log.path)"])
        }
        try log.watch(in: &watch)
        logger.notice("ready", metadata: ["log": "\(log.path)", "hub": "\(hub.endpoint)"])
        supervision.ready()
        carryOut(machine.start(at: wall()))
        while true {
            try logName.renew(in: &watch)
            try ledgerName.renew(in: &watch)
            try readLedger()
            try readLog()
            for answered in asker.outcomes.drain() {
                logger.debug("fail2ban answered", metadata: ["question": "\(answered.question)"])
                carryOut(
                    machine.answered(answered.question, with: answered.answer, isLogRead: log.isAtEnd, at: wall()))
            }
            // An end is not due before the lines that may have moved it were read.
            if log.isAtEnd || !machine.wantsLines { carryOut(machine.advance(to: wall())) }
            try talk()
            save()
            var ready = PollSet()
            ready.add(fileDescriptor: supervision.fileDescriptor)
            let changed = ready.add(fileDescriptor: watch.fileDescriptor)
            _ = ready.add(fileDescriptor: asker.outcomes.fileDescriptor)
            hub.register(in: &ready)
            try ready.wait(timeout: supervision.pause(atMost: pause()))
            switch supervision.attend() {
            case .end: return
            case .take(let section, let general):
                reconfigure(section, general)
                supervision.ready()
            case nil: break
            }
            if ready.isReady(changed) { _ = try watch.drain() }
        }
    }

    private mutating func reconfigure(_ section: MonitorSection, _ general: GeneralSection) {
        token = section.token?.secret
        hub.reconfigure(timeLimit: section.requestTimeout)
        carryOut(machine.reconfigure(Self.settings(section, general, logger), at: wall()))
    }

    /// Until the next thing that has to be done unasked; nil: there is none.
    private func pause() -> Duration? {
        if machine.wantsLines && !log.isAtEnd { return .zero }
        let byWall = machine.nextDeadline.map { $0 - wall() }
        let byMonotonic = hub.deadline.map { Duration.microseconds($0 - SystemClock.monotonic()) }
        let retry: Duration? = log.trouble == nil ? nil : .seconds(5)
        return [byWall, byMonotonic, retry].compactMap { $0 }.min().map { max($0, .zero) }
    }

    private func wall() -> Timestamp { Timestamp(microseconds: SystemClock.wall()) }

    // MARK: What comes in

    private mutating func readLedger() throws {
        let now = wall()
        var effects: [Monitor.Effect] = []
        try ledger.read { news in
            switch news {
            case .begins: machine.ledgerBegins()
            case .record(let record): effects += machine.read(record, at: now)
            }
        }
        carryOut(effects)
    }

    private mutating func readLog() throws {
        guard machine.wantsLines else { return }
        let now = wall()
        var effects: [Monitor.Effect] = []
        var refusals: [String] = []
        log.read { line in
            switch parser.parse(line, readAt: now) {
            case .record(let record): effects += machine.read(record, at: now)
            case .refused(let reason): refusals.append(reason)
            case .unrelated: break
            }
        }
        if let trouble = log.trouble {
            complaints.say("log", "the log cannot be read: tried again every five seconds", ["error": "\(trouble)"])
        }
        if log.takeGap() {
            logger.warning("the log was cut off: fail2ban is asked for what was missed")
            effects += machine.start(at: now)
        }
        for reason in refusals { complaints.say("line", "a line of the log was passed over", ["reason": "\(reason)"]) }
        carryOut(effects)
        if let reached = log.position, reached != self.reached {
            self.reached = reached
            carryOut(machine.reached(reached, at: now))
        }
    }

    // MARK: The hub

    private mutating func talk() throws {
        while true {
            let now = SystemClock.monotonic()
            if hub.expire(at: now) {
                machine.unanswered()
                complaints.say("silence", "the hub does not answer", ["hub": "\(hub.endpoint)"])
            }
            if let reply = try hub.receive() { take(reply) }
            guard hub.isIdle, let next = machine.outgoing else { return }
            try hub.send(OldForm.request(next, token: token), at: now)
            guard let reply = try hub.receive() else { return }
            take(reply)
        }
    }

    private mutating func take(_ reply: [UInt8]) {
        guard let sent = machine.outgoing else { return }
        if reply == OldForm.message(sent) {
            logger.debug("acknowledged", metadata: ["message": "\(sent)"])
            carryOut(machine.acknowledged(at: wall()))
            return
        }
        let isRefusal = reply == OldForm.refusal
        complaints.say(
            "refused", isRefusal ? "the hub refused a report: its log says why" : "the hub answered nonsense",
            ["message": "\(sent)"])
        let (effects, goOn) = machine.refused(at: wall())
        carryOut(effects)
        if !goOn { hub.pauseAfterRefusal(at: SystemClock.monotonic()) }
    }

    // MARK: What goes out

    private mutating func carryOut(_ effects: [Monitor.Effect]) {
        for effect in effects {
            switch effect {
            case .ask(let question): asker.add(question)
            case .save(let record): unsaved.append(record)
            case .note(let note): say(note)
            }
        }
    }

    /// A full disk costs no report: the machine knows what the file should hold, and it is written anew later.
    private mutating func save() {
        defer { unsaved = [] }
        do throws(SystemError) {
            if mustRewrite || state.isLong { try state.rewrite(machine.snapshot) } else { try state.append(unsaved) }
            mustRewrite = false
        } catch {
            mustRewrite = true
            complaints.say("disk", "the state file cannot be written", ["error": "\(error)"])
        }
    }

    private mutating func say(_ note: Monitor.Note) {
        switch note {
        case .reported(let subject, let until):
            logger.info(
                "ban", metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)", "until": "\(until)"])
        case .lifted(let subject):
            logger.info("lifted", metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)"])
        case .ended(let subject):
            logger.info("ended", metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)"])
        case .neverBanned(let address, let reason):
            complaints.say(
                "never", "not reported: it may not be banned", ["address": "\(address)", "reason": "\(reason)"])
        case .refusedForGood(let subject):
            logger.warning(
                "the hub refuses this report for good, and takes those behind it",
                metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)"])
        case .refused:
            complaints.say("everything", "the hub refuses everything: is authtoken right?", ["hub": "\(hub.endpoint)"])
        case .cannotAsk(let reason):
            logger.warning(
                "fail2ban cannot be asked: an early unban counts after a minute without a sign of a stop",
                metadata: ["reason": "\(reason)"])
        case .noAnswer(let question, let reason):
            complaints.say("fail2ban", "fail2ban does not answer", ["question": "\(question)", "reason": "\(reason)"])
        case .jailRestarted(let jail):
            logger.info("a jail was restarted", metadata: ["jail": "\(jail)"])
        }
    }
}

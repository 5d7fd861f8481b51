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
    /// Of more bans at once, which fail2ban's own log lists, the number is enough.
    private static let mostSaid = 100

    let logger: Logger
    private let asker: Worker<Question, Answered>
    let host: Host
    var token: String?
    var machine: Monitor
    private var log: LogSource
    var spool: ActionSpool
    private var ledger: LedgerReader
    private var state: StateFile<MonitorRecord>
    private var watch: FileWatch
    private var ledgerName: NameWatch
    var hubs: HubLinks
    var underway = Underway.nothing
    /// Of the hub that is asked; nil: of the old form.
    var greeting: HubGreeting?
    /// How far the log was read; how far it is done with, the machine knows.
    private var reached: LogPosition?
    var reachedInSpool: FilePosition?
    /// What the wall clock showed beyond the monotonic one.
    private var skew: Int64
    /// The clock was set: how far the hub's is from it, its next greeting says.
    var mustGreet = false
    private var mustRewrite = false
    private var unsaved: [MonitorRecord] = []
    var complaints: Complaints

    init(
        section: MonitorSection, general: GeneralSection, key: SecretKey?, logger: Logger, context: Context,
        asker: Worker<Question, Answered>
    ) throws {
        var records: [MonitorRecord] = []
        let ledgerPath = "\(general.stateFolder)/subscriber.ledger"
        let state = try StateFile(path: "\(general.stateFolder)/monitor.state", records: &records)
        let watch = try FileWatch()
        self.logger = logger
        complaints = Complaints(to: logger)
        self.asker = asker
        host = general.hostname
        token = section.token?.secret
        skew = SystemClock.wall() - SystemClock.monotonic()
        self.state = state
        self.watch = watch
        ledgerName = NameWatch(path: ledgerPath)
        machine = Monitor(
            settings: Self.settings(section, general, logger), records: records, instance: .random())
        log = LogSource(section.log)
        spool = ActionSpool(path: "\(general.stateFolder)/action.spool")
        ledger = LedgerReader(path: ledgerPath)
        hubs = HubLinks(
            context: context,
            hubs: section.hubs.map { hub in
                HubAddress(endpoint: "\(hub.endpoint)", curve: CurveClient(secret: key, server: hub.key))
            }, timeLimit: section.requestTimeout, at: SystemClock.monotonic())
    }

    private static func settings(
        _ section: MonitorSection, _ general: GeneralSection, _ logger: Logger
    ) -> Monitor.Settings {
        Monitor.Settings(
            host: general.hostname, ignoredJails: section.ignoredJails, bantime: section.bantime.duration,
            ignored: Exemptions.addresses(ignored: general.ignored, hubs: section.hubs.map(\.endpoint), logger: logger),
            asks: general.client != nil)
    }

    mutating func run(under supervision: inout Supervision<MonitorSection>) throws {
        switch log.begin(at: machine.position, now: wall()) {
        case .resumed, .atEnd: break
        case .gap:
            logger.warning("the log does not hold the place where it was left: fail2ban is asked for what was missed")
        case .missing:
            logger.warning("there is no log yet", metadata: ["path": "\(log.description)"])
        }
        try log.watch(in: &watch)
        beginSpool()
        // Before the first line is read: whoever is killed before a hub has ACKed it finds its place again.
        noteReached(at: wall())
        noteReachedInSpool(at: wall())
        save()
        logger.notice("ready", metadata: ["log": "\(log.description)"])
        supervision.ready()
        carryOut(machine.start(at: wall()))
        while true {
            watchClock()
            try log.renewWatch(in: &watch)
            try ledgerName.renew(in: &watch)
            try spool.renewWatch(in: &watch)
            try readLedger()
            try readLog()
            readSpool()
            let isRead = log.isAtEnd && spool.isAtEnd
            for answered in asker.outcomes.drain() {
                logger.debug("fail2ban answered", metadata: ["question": "\(answered.question)"])
                carryOut(
                    machine.answered(answered.question, with: answered.answer, isLogRead: isRead, at: wall()))
            }
            // An end is not due before the lines that may have moved it were read.
            if isRead || !machine.wantsLines { carryOut(machine.advance(to: wall())) }
            try talk()
            save()
            var ready = PollSet()
            ready.add(fileDescriptor: supervision.fileDescriptor)
            let changed = ready.add(fileDescriptor: watch.fileDescriptor)
            _ = ready.add(fileDescriptor: asker.outcomes.fileDescriptor)
            if machine.wantsLines { log.register(in: &ready) }
            hubs.register(in: &ready)
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
        hubs.reconfigure(timeLimit: section.requestTimeout, at: SystemClock.monotonic())
        carryOut(machine.reconfigure(Self.settings(section, general, logger), at: wall()))
    }

    /// Until the next thing that has to be done unasked; nil: there is none.
    private func pause() -> Duration? {
        if machine.wantsLines && log.hasMore { return .zero }
        let byWall = machine.nextDeadline.map { $0 - wall() }
        let monotonic = SystemClock.monotonic()
        let byMonotonic = hubs.deadline(at: monotonic).map { Duration.microseconds($0 - monotonic) }
        let byFiles = machine.wantsLines ? [log.retry, spool.pause(at: monotonic)] : []
        return ([byWall, byMonotonic] + byFiles).compactMap { $0 }.min().map { max($0, .zero) }
    }

    /// Ends are told in the hub's time: where this host's clock was set, or it slept, the hub says anew what that is.
    private mutating func watchClock() {
        let new = SystemClock.wall() - SystemClock.monotonic()
        if abs(new - skew) > 1_000_000 { mustGreet = true }
        skew = new
    }

    func wall() -> Timestamp { Timestamp(microseconds: SystemClock.wall()) }

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
        var records: [LogRecord] = []
        var refusals: [String] = []
        log.read(at: now) { parsed in
            switch parsed {
            case .record(let record): records.append(record)
            case .refused(let reason): refusals.append(reason)
            case .unrelated: break
            }
        }
        var effects = machine.read(records, at: now)
        if let trouble = log.trouble {
            complaints.say("log", "the log cannot be read: it is tried again", ["error": "\(trouble)"])
        }
        if log.takeGap() {
            logger.warning("the log was cut off: fail2ban is asked for what was missed")
            effects += machine.start(at: now)
        }
        for reason in refusals { complaints.say("line", "a line of the log was passed over", ["reason": "\(reason)"]) }
        carryOut(effects)
        noteReached(at: now)
    }

    private mutating func noteReached(at now: Timestamp) {
        guard let reached = log.position, reached != self.reached else { return }
        self.reached = reached
        carryOut(machine.reached(reached, at: now))
    }

    // MARK: What goes out

    mutating func carryOut(_ effects: [Monitor.Effect]) {
        let bans = effects.count { if case .note(.reported) = $0 { true } else { false } }
        let isStorm = bans > Self.mostSaid
        if isStorm { logger.info("bans", metadata: ["count": "\(bans)"]) }
        for effect in effects {
            switch effect {
            case .ask(let question): asker.add(question)
            case .save(let record): unsaved.append(record)
            case .note(let note): say(note, isOfStorm: isStorm)
            }
        }
    }

    /// A full disk costs no report: the machine knows what the file should hold, and it is written anew later.
    private mutating func save() {
        defer { unsaved = [] }
        do throws(SystemError) {
            if mustRewrite || state.isLong(beside: machine.snapshotLength) {
                try state.rewrite(machine.snapshot)
            } else {
                try state.append(unsaved)
            }
            mustRewrite = false
        } catch {
            mustRewrite = true
            complaints.say("disk", "the state file cannot be written", ["error": "\(error)"])
        }
    }
}

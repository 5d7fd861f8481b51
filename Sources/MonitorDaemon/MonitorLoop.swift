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
    private let host: Host
    private var token: String?
    private var machine: Monitor
    private var log: LogSource
    private var ledger: LedgerReader
    private var state: StateFile<MonitorRecord>
    private var watch: FileWatch
    private var ledgerName: NameWatch
    private var hubs: HubLinks
    private var underway = Underway.nothing
    /// Of the hub that is asked; nil: of the old form.
    private var greeting: HubGreeting?
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
        host = general.hostname
        token = section.token?.secret
        self.state = state
        self.watch = watch
        ledgerName = NameWatch(path: ledgerPath)
        machine = Monitor(
            settings: Self.settings(section, general, logger), records: records, instance: .random())
        log = LogSource(section.log)
        ledger = LedgerReader(path: ledgerPath)
        hubs = HubLinks(
            context: context, endpoints: section.hubs.map { "\($0)" }, timeLimit: section.requestTimeout,
            at: SystemClock.monotonic())
    }

    private enum Underway {
        case nothing
        case announcement(Announcement)
        case reports(Int)
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
        switch log.begin(at: machine.position, now: wall()) {
        case .resumed, .atEnd: break
        case .gap:
            logger.warning("the log does not hold the place where it was left: fail2ban is asked for what was missed")
        case .missing:
            logger.warning("there is no log yet", metadata: ["path": "\(log.description)"])
        }
        try log.watch(in: &watch)
        logger.notice("ready", metadata: ["log": "\(log.description)"])
        supervision.ready()
        carryOut(machine.start(at: wall()))
        while true {
            try log.renewWatch(in: &watch)
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
        return [byWall, byMonotonic, machine.wantsLines ? log.retry : nil].compactMap { $0 }.min().map {
            max($0, .zero)
        }
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
        log.read(at: now) { parsed in
            switch parsed {
            case .record(let record): effects += machine.read(record, at: now)
            case .refused(let reason): refusals.append(reason)
            case .unrelated: break
            }
        }
        if let trouble = log.trouble {
            complaints.say("log", "the log cannot be read: it is tried again", ["error": "\(trouble)"])
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
            let hello = Hello(host: host, instance: machine.instance, token: token)
            for event in try hubs.work(at: now, hello: { hello.bytes }) { take(event, at: now) }
            guard hubs.isIdle, let request = nextRequest() else { return }
            guard try hubs.ask(request, at: now) else { return }
        }
    }

    private mutating func nextRequest() -> [UInt8]? {
        if let announcement = machine.outgoing {
            underway = .announcement(announcement)
            return OldForm.request(announcement, token: token)
        }
        guard let greeting else { return nil }
        let reports = machine.takeReports(atMost: greeting.reportsPerRequest, at: wall())
        guard !reports.isEmpty else { return nil }
        var request = ReportsRequest(host: host, instance: machine.instance, token: token, reports: reports)
        request.shorten(toFit: greeting.longestRequest)
        underway = .reports(request.reports.count)
        return request.bytes
    }

    private mutating func take(_ event: HubLinks.Event, at now: Int64) {
        switch event {
        case .chosen(let endpoint, let reply, let asked):
            underway = .nothing
            greeting = if case .greeting(let greeting) = reply { greeting } else { nil }
            logger.info(
                "the hub answers", metadata: ["hub": "\(endpoint)", "form": greeting == nil ? "old" : "new"])
            let wall = self.wall()
            carryOut(machine.greeted(greeting, asked: wall - .microseconds(now - asked), at: wall))
        case .reply(let bytes):
            let asked = underway
            underway = .nothing
            switch asked {
            case .announcement(let announcement): take(bytes, to: announcement)
            case .reports(let count): take(ReportsReply(bytes, count: count), count: count)
            case .nothing: break
            }
        case .lost(let endpoint, let reason):
            underway = .nothing
            greeting = nil
            machine.unanswered()
            complaints.say(
                "hub \(endpoint) \(reason)", "the hub is lost", ["hub": "\(endpoint)", "reason": "\(reason)"])
        case .unavailable(let endpoint, let reason):
            complaints.say(
                "hub \(endpoint) \(reason)", "the hub is not there", ["hub": "\(endpoint)", "reason": "\(reason)"])
        }
    }

    /// A hub of the old form.
    private mutating func take(_ reply: [UInt8], to sent: Announcement) {
        if reply == OldForm.message(sent) {
            logger.debug("acknowledged", metadata: ["message": "\(sent)"])
            hubs.isWell()
            carryOut(machine.acknowledged(at: wall()))
            return
        }
        let isRefusal = reply == OldForm.refusal
        complaints.say(
            "refused", isRefusal ? "the hub refused a report: its log says why" : "the hub answered nonsense",
            ["message": "\(sent)"])
        let (effects, goOn) = machine.refused(at: wall())
        carryOut(effects)
        if !goOn { hubs.rest(at: SystemClock.monotonic()) }
    }

    private mutating func take(_ reply: ReportsReply, count: Int) {
        switch reply {
        case .taken(let epoch, let refusals):
            logger.debug("acknowledged", metadata: ["reports": "\(count - refusals.count)"])
            let (effects, goOn) = machine.taken(count, except: refusals, at: wall())
            carryOut(effects)
            if goOn { hubs.isWell() } else { hubs.rest(at: SystemClock.monotonic()) }
            if epoch != greeting?.epoch { greetAgain() }
        case .refusal(let refusal):
            complaints.say("refused", "the hub refuses us", ["reason": "\(refusal)"])
            greetAgain()
        case .oldHub, .nonsense:
            complaints.say("form", "the hub does not answer as it did: it is greeted again")
            greetAgain()
        }
    }

    private mutating func greetAgain() {
        greeting = nil
        machine.unanswered()
        hubs.greetAgain()
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
        case .refusedForGood(let subject, let reason):
            logger.warning(
                "the hub refuses this report for good, and takes those behind it",
                metadata: [
                    "jail": "\(subject.jail)", "address": "\(subject.address)",
                    "reason": "\(reason ?? "the hub's log says it")",
                ])
        case .refusedForNow(let reason):
            complaints.say(
                "everything", "the hub takes nothing now: everything is kept and tried again",
                ["hub": "\(hubs.endpoint ?? "")", "reason": "\(reason ?? "is authtoken right?")"])
        case .clockDiffers(let difference):
            let seconds = Double(difference.components.seconds) + Double(difference.components.attoseconds) / 1e18
            logger.warning(
                "the hub's clock differs from this host's: ends are told in the hub's time",
                metadata: ["seconds": "\(seconds)"])
        case .toldAgain(let count):
            logger.notice(
                "the hub does not hold what it took before: it is told again", metadata: ["reports": "\(count)"])
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

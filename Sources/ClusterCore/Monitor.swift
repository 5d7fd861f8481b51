package import BanModel

/// What the cluster hears of this host: lines of fail2ban's log, fail2ban's own answers, the subscriber's ledger and the
/// hub's verdicts go in; reports, questions and records come out.
///
/// The log says it at once, fail2ban says it for sure. A `Ban` is reported as it is read. An `Unban` before the known
/// end can mean a person or a restart; fail2ban is asked, and only a running jail that does not list an address it has
/// listed in this life of the jail lifts the report.
///
/// The host's clock may jump, and the log may be in another zone than this process. fail2ban, whose clock is the same,
/// decides then too: an end that is found long after it came counts once fail2ban has been asked (where it can be, and
/// for ``settling`` at most), and what fail2ban lists is banned, whatever end it tells. A clock that is set back shortens
/// what a clock ahead by more than a day had made long; versions only grow, so what comes later wins all the same.
package struct Monitor: Sendable {
    package struct Settings: Sendable {
        package var host: Host
        /// Their bans are nobody's news: the subscriber's own jail above all.
        package var ignoredJails: Set<Jail>
        /// How long a ban lasts where neither the log nor fail2ban says; nil: for ever.
        package var bantime: Duration?
        /// Never reported, nor is a network that holds one of them.
        package var ignored: [Address]
        /// Whether fail2ban may be asked at all.
        package var asks: Bool

        package init(
            host: Host, ignoredJails: Set<Jail>, bantime: Duration?, ignored: [Address] = [], asks: Bool = true
        ) {
            self.host = host
            self.ignoredJails = ignoredJails
            self.bantime = bantime
            self.ignored = ignored
            self.asks = asks
        }
    }

    package enum Effect: Hashable, Sendable {
        case ask(Question)
        /// To be on disk before the next effect is carried out.
        case save(MonitorRecord)
        case note(Note)
    }

    /// What an administrator may want to read in the log.
    package enum Note: Hashable, Sendable {
        case reported(Subject, until: Timestamp)
        case lifted(Subject)
        case ended(Subject)
        case neverBanned(Address, reason: String)
        /// A hub of the old form does not say why.
        case refusedForGood(Subject, reason: String?)
        case refusedForNow(reason: String?)
        /// The hub's clock shows so much more than ours.
        case clockDiffers(Duration)
        /// The hub does not hold what it has ACKed: it is told again.
        case toldAgain(Int)
        case cannotAsk(reason: String)
        case noAnswer(Question, reason: String)
        case jailRestarted(Jail)
    }

    /// How long before a known end fail2ban is asked whether it still stands.
    static let lead = Duration.seconds(3)
    /// How long an end waits for an answer that is on its way: a busy fail2ban lets everybody wait.
    static let grace = Duration.seconds(10)
    /// fail2ban looks for ends once a second, and prints them without their fraction.
    static let slack = Duration.milliseconds(1500)
    /// How much later an end can be than fail2ban prints it: nobody is to be freed before fail2ban frees him.
    static let cut = Duration.seconds(1)
    /// Between two answers that both miss an address lies time for the log to tell of a stop.
    static let doubt = Duration.seconds(1)
    /// How long a jail that has just started may still be restoring: an action may take 60 s by default.
    static let settling = Duration.seconds(70)
    /// How often everything is asked once more.
    static let sweep = Duration.seconds(300)
    /// Where fail2ban cannot be asked: how long an early `Unban` waits for a sign of a stop.
    static let unasked = Duration.seconds(60)
    /// Clocks that differ by less are taken for one.
    static let clockTolerance = Duration.seconds(2)
    /// A hub that took longer to answer says nothing about the difference of the clocks.
    static let promptAnswer = Duration.seconds(1)
    /// How long a ban counts whose end, as fail2ban lists it, is over: its clock or its zone is not ours. Then it is asked
    /// again.
    static let quarter = Duration.seconds(900)

    private(set) var settings: Settings
    var table: [Subject: LiveReport] = [:]
    var jails: [Jail: JailLife] = [:]
    var questions = QuestionSchedule()
    var deadlines = DeadlineQueue<Subject>()
    var echo = EchoGuard()
    /// Lines that fell into the subscriber's open intent.
    var undecided: [Subject: Timestamp] = [:]
    var canAsk: Bool
    var outbox = Outbox()
    var form = HubForm.unknown
    /// What the hub holds by its own ACK, in its time: bans, and lifts until they may be forgotten.
    var announced: [Subject: Report.State] = [:]
    /// What the hub's clock shows beyond ours; nil: it was not asked yet, or they agree.
    var clockOffset = Duration.zero
    var maximumBantime = Duration.seconds(30 * 86_400)
    /// Tells us from another monitor of our name.
    package let instance: Instance
    private var mustSaveInstance = true
    package internal(set) var lastVersion: Version = 0
    /// Everything in the log before this is done with: what the state file says.
    private(set) package var position: LogPosition?
    var effects: [Effect] = []
    private var lastNow: Timestamp = .seconds(0)

    /// - Parameters:
    ///   - records: the state file's, in order; empty at the first start.
    ///   - instance: who we are where the state file does not say it.
    package init(
        settings: Settings, records: some Sequence<MonitorRecord> = [], instance: Instance = Instance(number: 1)
    ) {
        self.settings = settings
        canAsk = settings.asks
        var instance = instance
        for record in records {
            switch record {
            case .live(let subject, let state):
                announced[subject] = state
                lastVersion = max(lastVersion, state.version)
            case .gone(let subject, let version):
                announced[subject] = nil
                lastVersion = max(lastVersion, version)
            case .clock(let offset): clockOffset = offset
            case .instance(let known):
                instance = known
                mustSaveInstance = false
            case .version(let version):
                lastVersion = max(lastVersion, version)
            case .position(let position):
                self.position = position
            }
        }
        self.instance = instance
        for (subject, state) in announced where !state.isLifted {
            table[subject] = LiveReport(state: inOwnTime(state))
        }
    }

    // MARK: News

    /// At the daemon's start, and after a gap in the log: asks for everything that the log did not tell.
    package mutating func start(at now: Timestamp) -> [Effect] {
        if mustSaveInstance { effects.append(.save(.instance(instance))) }
        mustSaveInstance = false
        lastNow = now
        resetEnds(at: now)
        for (subject, report) in table { watch(subject, report, at: now) }
        for (subject, state) in announced where state.isLifted { deadlines.add(subject, at: kept(state)) }
        questions.want(.jails, at: now)
        for jail in Set(table.keys.map(\.jail)) {
            if jails[jail] == nil { jails[jail] = JailLife(at: now) }
            questions.want(.bans(jail), at: now)
        }
        withdraw(at: now)
        return finish(at: now, isLogRead: false)
    }

    /// New settings, but for the host and whether fail2ban is asked: those are as they were.
    ///
    /// What may not be reported any more is lifted; what may be reported from now on, fail2ban is asked for.
    package mutating func reconfigure(_ new: Settings, at now: Timestamp) -> [Effect] {
        let (host, asks) = (settings.host, settings.asks)
        settings = new
        (settings.host, settings.asks) = (host, asks)
        withdraw(at: now)
        questions.want(.jails, at: now)
        return finish(at: now, isLogRead: false)
    }

    package mutating func read(_ record: LogRecord, at now: Timestamp) -> [Effect] {
        take(record, at: now)
        return finish(at: now, isLogRead: false)
    }

    /// Every line before this position was given to ``read(_:at:)``.
    package mutating func reached(_ position: LogPosition, at now: Timestamp) -> [Effect] {
        if !outbox.reached(position) { save(position) }
        return finish(at: now, isLogRead: false)
    }

    /// - Parameter isLogRead: whether the log was read to its end after the answer came; where not, nothing that the
    ///   answer does not list counts as lifted.
    package mutating func answered(
        _ question: Question, with answer: Answer, isLogRead: Bool, at now: Timestamp
    ) -> [Effect] {
        guard let asked = questions.answered(question, with: answer, at: now) else { return finish(at: now) }
        // While too much waits for the hub, the log is not read at all.
        take(answer, to: question, asked: asked, isLogRead: isLogRead && wantsLines, at: now)
        return finish(at: now)
    }

    package mutating func read(_ record: LedgerRecord, at now: Timestamp) -> [Effect] {
        take(record, at: now)
        return finish(at: now)
    }

    /// The subscriber has written its ledger anew; what follows is all of it.
    package mutating func ledgerBegins() { echo = EchoGuard() }

    /// Time has passed.
    package mutating func advance(to now: Timestamp) -> [Effect] {
        finish(at: now)
    }

    // MARK: What the shell looks at

    /// Whether more of the log should be read: it is the queue, and memory only holds its head.
    package var wantsLines: Bool { outbox.count < 10_000 }

    /// When ``advance(to:)`` has something to do next.
    package var nextDeadline: Timestamp? {
        [settings.asks ? questions.next : nil, deadlines.next].compactMap { $0 }.min()
    }

    /// The state file written anew: everything that counts in it today.
    package var snapshot: [MonitorRecord] {
        [.instance(instance), .clock(clockOffset), .version(lastVersion)]
            + announced.sorted { $0.key < $1.key }.map { .live($0.key, $0.value) }
            + (position.map { [.position($0)] } ?? [])
    }

    // MARK: What the other files of this type build on

    mutating func emit(_ note: Note) { effects.append(.note(note)) }

    /// The next version for something that happened at this time.
    mutating func nextVersion(_ time: Timestamp) -> Version {
        lastVersion = max(time.microseconds, lastVersion + 1)
        return lastVersion
    }

    /// Reports that the subject is banned until then, and keeps watch over it.
    mutating func report(_ subject: Subject, until: Timestamp, since time: Timestamp, at now: Timestamp) {
        if let reason = NeverBanned.reason(subject.address, ignored: settings.ignored) {
            emit(.neverBanned(subject.address, reason: reason))
            return
        }
        let forget = [table[subject]?.state.forget, announced[subject].map(inOwnTime)?.forget].compactMap { $0 }.max()
        let state = Report.State(version: nextVersion(time), isLifted: false, until: until, forget: forget)
        var report = table[subject] ?? LiveReport(state: state)
        report.state = state
        report.heldSince = nil
        report.missedAt = nil
        report.guessedFrom = nil
        report.overdueSince = nil
        report.reckonedAt = now
        table[subject] = report
        outbox.append(Outbox.Item(subject: subject, state: inHubTime(state), isEnd: false))
        emit(.reported(subject, until: until))
        watch(subject, report, at: now)
    }

    /// Reports that the subject is free, before its end.
    mutating func lift(_ subject: Subject, at now: Timestamp) {
        guard let report = table.removeValue(forKey: subject) else { return }
        let state = Report.State(
            version: nextVersion(now), isLifted: true, until: report.state.until, forget: report.state.forget)
        outbox.append(Outbox.Item(subject: subject, state: inHubTime(state), isEnd: false))
        emit(.lifted(subject))
    }

    /// Lifts what the settings do not allow to report: it was reported under others.
    private mutating func withdraw(at now: Timestamp) {
        let isRefused = { [settings] (subject: Subject) in
            settings.ignoredJails.contains(subject.jail)
                || NeverBanned.reason(subject.address, ignored: settings.ignored) != nil
        }
        for subject in table.keys.filter(isRefused).sorted() { lift(subject, at: now) }
    }

    /// The report's end has come.
    mutating func end(_ subject: Subject) {
        guard let report = table.removeValue(forKey: subject) else { return }
        var state = inHubTime(report.state)
        state.isLifted = true
        outbox.append(Outbox.Item(subject: subject, state: state, isEnd: true, isAgain: form == .unknown))
        emit(.ended(subject))
    }

    /// Puts the next moment at which this report wants attention into the queue.
    func nextAttention(_ report: LiveReport, at now: Timestamp) -> Timestamp {
        let question = report.state.until - Self.lead
        return canAsk && question > now ? question : report.state.until
    }

    mutating func watch(_ subject: Subject, _ report: LiveReport, at now: Timestamp) {
        deadlines.add(subject, at: nextAttention(report, at: now))
    }

    // MARK: After every piece of news

    /// - Parameter isLogRead: where not, no end has come yet: the next line may move it.
    mutating func finish(at now: Timestamp, isLogRead: Bool = true) -> [Effect] {
        if ClockJump.isSetBack(from: lastNow, to: now) || ClockJump.isSet(from: lastNow, to: now) {
            forgetFuture(at: now)
            resetEnds(at: now)
        }
        lastNow = now
        if isLogRead { for subject in deadlines.takeDue(at: now) { attend(subject, at: now) } }
        for question in settings.asks ? questions.takeDue(at: now) : [] {
            if case .status(let jail) = question { jails[jail]?.asked() }
            effects.append(.ask(question))
        }
        passSilent(at: now)
        defer { effects = [] }
        return effects
    }

    mutating func save(_ position: LogPosition?) {
        guard let position, position != self.position else { return }
        self.position = position
        effects.append(.save(.position(position)))
    }
}

/// A report of this host that counts, and what fail2ban has said of it.
struct LiveReport: Hashable, Sendable {
    var state: Report.State
    /// In which life of the jail fail2ban was last seen to hold it; 0: in none that we know of.
    var life = 0
    /// When that was.
    var seenAt = Timestamp.seconds(0)
    /// When its end was last reckoned: an answer to an earlier question does not know better.
    var reckonedAt = Timestamp.seconds(0)
    /// When the observer said how long it lasts.
    var increasedAt: Timestamp?
    /// The time of its line, where the end was reckoned from it before fail2ban had told the jail's bantime.
    var guessedFrom: Timestamp?
    /// When the log said that it was unbanned before its end: by a person or by a stop.
    var heldSince: Timestamp?
    /// When an answer first did not list it.
    var missedAt: Timestamp?
    /// When its end was first found to be over.
    var overdueSince: Timestamp?
}

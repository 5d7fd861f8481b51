public import BanModel

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
public struct Monitor: Sendable {
    /// How long before a known end fail2ban is asked whether it still stands.
    static let lead = Duration.seconds(3)
    /// How long after an end without a line fail2ban is asked whether it was one.
    static let afterEnd = Duration.seconds(4)
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
    var table = ClaimTable<LiveReport>()
    var jails: [Jail: JailLife] = [:]
    var questions = QuestionSchedule()
    var deadlines = DeadlineQueue<HostClaim>()
    var echo = EchoGuard()
    /// Lines that fell into the subscriber's open intent.
    var undecided: [HostClaim: Sighting] = [:]
    var canAsk: Bool
    var outbox = Outbox()
    var renewals = Renewals()
    /// What the hub holds is being compared with what it should.
    var inquiry: Inquiry?
    var form = HubForm.unknown
    /// What the hub holds by its own ACK, in its time: bans, and lifts until they may be forgotten.
    var announced = ClaimTable<Report.State>()
    /// What the hub's clock shows beyond ours; nil: it was not asked yet, or they agree.
    var clockOffset = Duration.zero
    /// What it was when the hub was last told of ends, where it is another now; nil: the same.
    var toldWithOffset: Duration?
    /// When the hub last said what its digest is.
    var comparedAt = Timestamp(microseconds: .min)
    /// The hub is to be greeted before the next request: it is not known any more whether it holds what it should.
    public internal(set) var wantsGreeting = false
    var maximumBantime = Duration.seconds(30 * 86_400)
    /// Tells us from another monitor of our name.
    public let instance: Instance
    private var mustSaveInstance = true
    public internal(set) var lastVersion: Version = 0
    /// Everything in the log before this is done with: what the state file says.
    private(set) public var position: LogPosition?
    /// The same for the spool.
    private(set) public var spoolPosition: FilePosition?
    var effects: [Effect] = []
    private var lastNow: Timestamp = .seconds(0)
    /// When the log began to be read, or to be read again behind a gap.
    var started: Timestamp = .seconds(0)

    /// - Parameters:
    ///   - records: the state file's, in order; empty at the first start.
    ///   - instance: who we are where the state file does not say it.
    public init(
        settings: Settings, records: some Sequence<MonitorRecord> = [], instance: Instance = Instance(number: 1)
    ) {
        self.settings = settings
        canAsk = settings.asks
        var instance = instance
        var pardoned: Set<HostClaim> = []
        for record in records {
            switch record {
            case .live(let claim, let state):
                announced[claim] = state
                pardoned.remove(claim)
                lastVersion = max(lastVersion, state.version)
            case .pardoned(let claim, let state):
                announced[claim] = state
                pardoned.insert(claim)
                lastVersion = max(lastVersion, state.version)
            case .gone(let claim, let version):
                announced[claim] = nil
                lastVersion = max(lastVersion, version)
            case .clock(let offset): clockOffset = offset
            case .instance(let known):
                instance = known
                mustSaveInstance = false
            case .version(let version):
                lastVersion = max(lastVersion, version)
            case .position(let position):
                self.position = position
            case .spool(let position): spoolPosition = position
            }
        }
        self.instance = instance
        for (claim, state) in announced where !state.isLifted || pardoned.contains(claim) {
            var report = LiveReport(state: inOwnTime(state))
            report.isPardoned = state.isLifted
            report.state.isLifted = false
            table[claim] = report
        }
    }

    // MARK: News

    /// At the daemon's start, and after a gap in the log: asks for everything that the log did not tell.
    public mutating func start(at now: Timestamp) -> [Effect] {
        if mustSaveInstance { effects.append(.save(.instance(instance))) }
        mustSaveInstance = false
        if lastNow == .seconds(0) { lastNow = now }  // a gap in the log can be found as the clock is set
        started = now
        resetEnds(at: now)
        // Equal news give equal effects: what is due at one moment is looked at in an order that no dictionary decides.
        for (claim, report) in table.sorted(by: { $0.key < $1.key }) { watch(claim, report, at: now) }
        for (claim, state) in announced.sorted(by: { $0.key < $1.key }) where state.isLifted {
            deadlines.add(claim, at: kept(state))
        }
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
    public mutating func reconfigure(_ new: Settings, at now: Timestamp) -> [Effect] {
        let (host, asks) = (settings.host, settings.asks)
        settings = new
        (settings.host, settings.asks) = (host, asks)
        withdraw(at: now)
        questions.want(.jails, at: now)
        return finish(at: now, isLogRead: false)
    }

    /// In the order in which they stand in the log.
    public mutating func read(_ records: [LogRecord], at now: Timestamp) -> [Effect] {
        for record in records { take(record, at: now) }
        return finish(at: now, isLogRead: false)
    }

    /// Every line before this position was given to ``read(_:at:)``.
    public mutating func reached(_ position: LogPosition, at now: Timestamp) -> [Effect] {
        reached(ReadPlaces(log: position), at: now)
    }

    public mutating func read(_ ban: SpooledBan, at now: Timestamp) -> [Effect] {
        take(ban, at: now)
        return finish(at: now, isLogRead: false)
    }

    /// Every line of the spool before this position was given to ``read(_:at:)``.
    public mutating func reachedInSpool(_ position: FilePosition, at now: Timestamp) -> [Effect] {
        reached(ReadPlaces(spool: position), at: now)
    }

    private mutating func reached(_ places: ReadPlaces, at now: Timestamp) -> [Effect] {
        if !outbox.reached(places) { save(places) }
        return finish(at: now, isLogRead: false)
    }

    /// - Parameter isLogRead: whether the log was read to its end after the answer came; where not, nothing that the
    ///   answer does not list counts as lifted.
    public mutating func answered(
        _ question: Question, with answer: Answer, isLogRead: Bool, at now: Timestamp
    ) -> [Effect] {
        guard let asked = questions.answered(question, with: answer, at: now) else { return finish(at: now) }
        // While too much waits for the hub, the log is not read at all.
        take(answer, to: question, asked: asked, isLogRead: isLogRead && wantsLines, at: now)
        return finish(at: now)
    }

    public mutating func read(_ record: LedgerRecord, at now: Timestamp) -> [Effect] {
        take(record, at: now)
        return finish(at: now)
    }

    /// The subscriber has written its ledger anew; what follows is all of it.
    public mutating func ledgerBegins() { echo = EchoGuard() }

    /// Time has passed.
    public mutating func advance(to now: Timestamp) -> [Effect] {
        finish(at: now)
    }

    // MARK: What the shell looks at

    /// Whether more of the log should be read: it is the queue, and memory only holds its head.
    public var wantsLines: Bool { outbox.count < 10_000 }

    /// When ``advance(to:)`` has something to do next.
    public var nextDeadline: Timestamp? {
        earlier(
            deadlines.next, earlier(settings.asks ? questions.next : nil, form == .new ? renewals.next : nil))
    }

    /// The state file written anew: everything that counts in it today.
    public var snapshot: [MonitorRecord] {
        [.instance(instance), .clock(clockOffset), .version(lastVersion)]
            + announced.map { record(of: $0.key, $0.value) }
            + (position.map { [.position($0)] } ?? []) + (spoolPosition.map { [.spool($0)] } ?? [])
    }

    /// How many records that has, or a few more.
    public var snapshotLength: Int { announced.count + 5 }

    // MARK: What the other files of this type build on

    mutating func emit(_ note: Note) { effects.append(.note(note)) }

    /// The reports that count on this subject: what log and action both say are two, of one witness.
    func claims(on subject: Subject) -> [HostClaim] {
        var claims: [HostClaim] = []
        for source in Origin.Source.ofMonitor where table[HostClaim(source, subject)] != nil {
            claims.append(HostClaim(source, subject))
        }
        return claims
    }

    // MARK: After every piece of news

    /// - Parameter isLogRead: where not, no end has come yet: the next line may move it.
    mutating func finish(at now: Timestamp, isLogRead: Bool = true) -> [Effect] {
        if ClockJump.isSetBack(from: lastNow, to: now) || ClockJump.isSet(from: lastNow, to: now) {
            forgetFuture(at: now)
            resetEnds(at: now)
        }
        lastNow = now
        if isLogRead { for claim in deadlines.takeDue(at: now) { attend(claim, at: now) } }
        renew(at: now)
        // Its clock may have been set, and something may have been pardoned.
        if form == .new, now - comparedAt > Self.sweep, !announced.isEmpty { wantsGreeting = true }
        for question in settings.asks ? questions.takeDue(at: now) : [] {
            if case .status(let jail) = question { jails[jail]?.asked() }
            effects.append(.ask(question))
        }
        passSilent(at: now)
        defer { effects = [] }
        return effects
    }

    mutating func save(_ places: ReadPlaces) {
        if let position = places.log, position != self.position {
            self.position = position
            effects.append(.save(.position(position)))
        }
        if let position = places.spool, position != spoolPosition {
            spoolPosition = position
            effects.append(.save(.spool(position)))
        }
    }
}

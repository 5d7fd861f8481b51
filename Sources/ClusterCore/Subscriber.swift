package import BanModel

/// What this host bans: the hub's broadcasts, fail2ban's answers and time go in; ledger records and acts come out.
///
/// It is level-triggered: it compares what should hold with what it has done, and does the difference, one act at a time.
///
/// Its clock may jump. Forward, whether by a correction, a sleep or a mistake: nobody is freed for ``patience``, so that a
/// clock that is soon set right frees nobody; after that it is believed. Back: what was heard by a clock that was wrong
/// by far lasts from now on for as long as was said, and what comes later wins all the same, as versions only grow.
package struct Subscriber: Sendable {
    package struct Settings: Sendable {
        package enum Target: Hashable, Sendable {
            /// All bans go to one jail that nobody else fills.
            case own(Jail)
            /// Each ban goes to the jail of the same name.
            case same
            /// Nothing is banned; the log action's lines say what would be.
            case log
        }

        package var host: Host
        package var target: Target
        /// Only what begins like this counts: a prefix of `HOST|JAIL|ACTION|ADDRESS`.
        package var prefixFilter: String
        package var ignored: [Address]
        /// How long a ban of the old form lasts; nil: for ever.
        package var bantime: Duration?

        package init(host: Host, target: Target, prefixFilter: String, ignored: [Address], bantime: Duration?) {
            self.host = host
            self.target = target
            self.prefixFilter = prefixFilter
            self.ignored = ignored
            self.bantime = bantime
        }
    }

    package enum Act: Hashable, Sendable {
        case instruct(Instruction)
        case ask(Question)
        /// The log action's lines.
        case write([Announcement])
    }

    package enum Effect: Hashable, Sendable {
        /// To be in the ledger's file before the next effect is carried out.
        case ledger(LedgerRecord)
        /// To be in the replica's file.
        case replica(Report)
        /// One at a time: the next comes only after ``Subscriber/done(with:at:)``.
        case act(Act)
        case note(Note)
    }

    package enum Note: Hashable, Sendable {
        case heard(Announcement)
        case banned(Jail, [Address])
        case freed(Jail, [Address])
        case bannedAlready(Subject)
        case neverBanned(Address, reason: String)
        case notListed(Subject)
        case full
        case noSuchJail(Jail)
        case failed(Jail, reason: String)
    }

    /// How many reports it keeps.
    static let limit = 1_000_000
    /// The clock has jumped, or the host has slept, where an end is found this late.
    private static let lateness = Duration.seconds(60)
    /// How long after such a jump no end counts. A week after the last news fail2ban has forgotten our bans anyway.
    static let patience = Duration.seconds(300)

    private(set) var settings: Settings
    var replica = Replica()
    var ledger = Ledger()
    var deadlines = DeadlineQueue<Subject>()
    var waiting = WaitingList()
    var batch = BatchSize()
    var underway: Underway?
    /// Lanes that failed, until when they are left alone, and how long that is.
    var paused: [WaitingList.Lane: (until: Timestamp, length: Duration)] = [:]
    /// Bans whose answer was lost: when they are found banned later, nobody can say by whom.
    var lost: Set<Subject> = []
    private var lastVersion: Version = 0
    private var effects: [Effect] = []
    private var lastNow: Timestamp = .seconds(0)
    /// While the clock is in doubt: the last time that is believed, by which ends are judged, and how long that goes on.
    private var doubt: (believed: Timestamp, until: Timestamp)?

    /// An act, and what it is for.
    struct Underway: Sendable {
        var aim: Aim
        var lane: WaitingList.Lane
        var placements: [Subject]
        var since: Timestamp
    }

    enum Aim: Sendable {
        case ban, free
        /// Whether a network is listed, before it is freed.
        case check
    }

    package init(
        settings: Settings, reports: some Sequence<Report> = [], records: some Sequence<LedgerRecord> = []
    ) {
        self.settings = settings
        for report in reports {
            let voice = Replica.Voice(host: report.origin.host, subject: report.subject)
            _ = replica.merge(voice, report.state, for: placement(of: report.subject))
            lastVersion = max(lastVersion, report.state.version)
        }
        for record in records { ledger.note(record) }
        forgetFiltered()
    }

    // MARK: News

    /// At the daemon's start: settles what a crash left open, and compares everything.
    package mutating func start(at now: Timestamp) -> [Effect] {
        lastNow = now
        resetEnds(at: now)
        let last = Timestamp(microseconds: lastVersion)
        if lastVersion > 0, last + Ledger.memory < now { doubt = (last, now + Self.patience) }
        for (placement, entry) in ledger.entries.sorted(by: { $0.key < $1.key }) {
            settleIntent(placement, entry.step, at: now)
        }
        reviewAll(at: now)
        return finish(at: now)
    }

    /// New settings, but for the host and the target: those are as they were.
    ///
    /// They are applied to what is banned already. A new bantime counts for what is heard from now on.
    package mutating func reconfigure(_ new: Settings, at now: Timestamp) -> [Effect] {
        let (host, target) = (settings.host, settings.target)
        settings = new
        (settings.host, settings.target) = (host, target)
        forgetFiltered()
        reviewAll(at: now)
        return finish(at: now)
    }

    /// The hub broadcast this, in the old form: it has no version and no end.
    package mutating func heard(_ announcement: Announcement, at now: Timestamp) -> [Effect] {
        let report = self.report(announcement, at: now)
        guard announcement.description.hasPrefix(settings.prefixFilter) else { return [] }
        effects.append(.note(.heard(announcement)))
        guard replica.count < Self.limit || announcement.action == .unban else {
            effects.append(.note(.full))
            return finish(at: now)
        }
        let voice = Replica.Voice(host: announcement.host, subject: announcement.subject)
        let placement = placement(of: announcement.subject)
        if replica.merge(voice, report.state, for: placement) {
            lastVersion = max(lastVersion, report.state.version)
            effects.append(.replica(report))
            ledger.name(announcement.host, for: placement)
            review(placement, at: now)
        }
        return finish(at: now)
    }

    /// The act that was under way has come to this.
    package mutating func done(with answer: Answer, at now: Timestamp) -> [Effect] {
        guard let act = underway else { return [] }
        underway = nil
        conclude(act, answer, at: now)
        return finish(at: now)
    }

    /// Time has passed.
    package mutating func advance(to now: Timestamp) -> [Effect] { finish(at: now) }

    // MARK: What the shell looks at

    package var nextDeadline: Timestamp? {
        let retry = underway == nil ? waiting.inLanes.compactMap { paused[$0]?.until }.min() : nil
        return [doubt?.until ?? deadlines.next, retry].compactMap { $0 }.min()
    }

    package func ledgerSnapshot(at now: Timestamp) -> [LedgerRecord] { ledger.snapshot(at: now) }

    package func replicaSnapshot(at now: Timestamp) -> [Report] {
        replica.reports.filter { $0.1.isLive(at: believed(now)) }.map { (voice, state) in
            Report(origin: Origin(host: voice.host), subject: voice.subject, state: state)
        }
    }

    // MARK: What the other file of this type builds on

    mutating func emit(_ effect: Effect) { effects.append(effect) }

    mutating func note(_ step: LedgerRecord.Step, _ placement: Subject, at now: Timestamp) {
        let record = LedgerRecord(placement, step, at: now)
        ledger.note(record)
        if step == .released { lost.remove(placement) }
        effects.append(.ledger(record))
    }

    private mutating func reviewAll(at now: Timestamp) {
        for placement in Set(replica.placements).union(ledger.entries.keys).sorted() { review(placement, at: now) }
    }

    /// Forgets reports that the prefix filter passes over: whether they are lifted, nobody would hear.
    private mutating func forgetFiltered() {
        guard !settings.prefixFilter.isEmpty else { return }
        replica.keep { [settings] voice in
            Announcement(voice.host, voice.subject, .ban).description.hasPrefix(settings.prefixFilter)
        }
    }

    /// What a crash left open, or another action than today's.
    private mutating func settleIntent(_ placement: Subject, _ step: LedgerRecord.Step, at now: Timestamp) {
        switch step {
        case .logged where settings.target != .log:
            note(.released, placement, at: now)
        case .intended where settings.target != .own(placement.jail):
            if settings.target == .same, decision(on: placement, at: now) != nil {
                lost.insert(placement)
            } else {
                // Whether it is banned, and by fail2ban or by us, nobody can say any more.
                note(.unclear, placement, at: now)
            }
        default: break
        }
    }

    /// What was heard by a clock that was wrong by far lasts as long as was said, from now on.
    private mutating func resetEnds(at now: Timestamp) {
        let misdated = replica.reports.filter { $0.1.isMisdated(at: now) }
        for (voice, state) in misdated.sorted(by: { $0.1.version < $1.1.version }) {
            lastVersion += 1
            let state = Report.State(version: lastVersion, isLifted: false, until: state.end(from: now))
            let placement = placement(of: voice.subject)
            _ = replica.merge(voice, state, for: placement)
            effects.append(.replica(Report(origin: Origin(host: voice.host), subject: voice.subject, state: state)))
            deadlines.add(placement, at: state.until)
        }
    }

    private mutating func watchClock(at now: Timestamp) {
        if ClockJump.isSetBack(from: lastNow, to: now) || ClockJump.isSet(from: lastNow, to: now) {
            doubt = nil
            for lane in paused.keys { paused[lane]?.until = now }
            resetEnds(at: now)
        }
        if let until = doubt?.until {
            if now >= until { doubt = nil }
        } else if let next = deadlines.next, next + Self.lateness < now {
            doubt = (lastNow, now + Self.patience)
        }
        lastNow = now
    }

    /// The time by which ends are judged.
    private func believed(_ now: Timestamp) -> Timestamp { doubt?.believed ?? now }

    private mutating func finish(at now: Timestamp) -> [Effect] {
        watchClock(at: now)
        for placement in deadlines.takeDue(at: believed(now)) { review(placement, at: now) }
        if underway == nil { begin(at: now) }
        defer { effects = [] }
        return effects
    }

    // MARK: What should hold

    private func placement(of subject: Subject) -> Subject {
        if case .own(let jail) = settings.target { return Subject(jail, subject.address) }
        return subject
    }

    private func report(_ announcement: Announcement, at now: Timestamp) -> Report {
        let version = max(now.microseconds, lastVersion + 1)
        // While the clock was never set, the last time that is known is the best guess.
        let begins = now < ClockJump.unset ? Timestamp(microseconds: version) : now
        let state = Report.State(
            version: version, isLifted: announcement.action == .unban,
            until: settings.bantime.map { begins + $0 } ?? .forever)
        return Report(origin: Origin(host: announcement.host), subject: announcement.subject, state: state)
    }

    /// Who wants this placement banned; nil where nobody does or nobody may.
    func decision(on placement: Subject, at now: Timestamp) -> (host: Host, until: Timestamp)? {
        guard refusal(of: placement.address) == nil else { return nil }
        return replica.longest(placement, without: settings.host, at: believed(now))
    }

    private func refusal(of address: Address) -> String? {
        NeverBanned.reason(address, ignored: settings.ignored)
    }

    /// Looks at a placement anew: after news of it, when an end comes, and when an act on it failed.
    mutating func review(_ placement: Subject, at now: Timestamp) {
        _ = replica.expire(placement, at: believed(now))
        if let decision = decision(on: placement, at: now) {
            deadlines.add(placement, at: decision.until)
        } else if let reason = refusal(of: placement.address),
            let longest = replica.longest(placement, without: settings.host, at: believed(now))
        {
            deadlines.add(placement, at: longest.until)  // to be forgotten then
            effects.append(.note(.neverBanned(placement.address, reason: reason)))
        }
        if aim(for: placement, at: now) != nil { waiting.add(placement, to: lane(of: placement)) }
    }

    /// What is to be done about a placement; nil where all is as it should be.
    func aim(for placement: Subject, at now: Timestamp) -> Aim? {
        let isWanted = decision(on: placement, at: now) != nil
        guard let step = ledger[placement]?.step else { return isWanted ? .ban : nil }
        switch step {
        case .intended: return isWanted ? .ban : .free
        case .held, .foreign, .unclear, .logged, .released: return isWanted ? nil : .free
        }
    }
}

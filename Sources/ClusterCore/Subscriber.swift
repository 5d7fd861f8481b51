public import BanModel

/// What this host bans: the hub's broadcasts, fail2ban's answers and time go in; ledger records and acts come out.
///
/// It is level-triggered: it compares what should hold with what it has done, and does the difference, one act at a time.
///
/// Ends are told in the hub's time, and judged by it: how far its clock is from ours, each hello says (``HubClocks``). Without a hub that
/// can be asked, our own clock may jump. Forward: ``BelievedClock`` frees nobody for a while. Back: what was heard by a
/// clock that was wrong by far lasts from now on for as long as was said, and what comes later wins all the same, as
/// versions only grow.
public struct Subscriber: Sendable {
    /// How many reports it keeps.
    static let limit = Hub.limit

    private(set) var settings: Settings
    var replica: Replica
    var ledger = Ledger()
    var deadlines = DeadlineQueue<Subject>()
    var waiting = WaitingList()
    var batches: [BatchKind: BatchSize] = [:]
    var underway: Underway?
    /// Lanes that failed, until when they are left alone, and how long that is.
    var paused: [WaitingList.Lane: Pause] = [:]
    /// Bans whose answer was lost: when they are found banned later, nobody can say by whom.
    var lost: Set<Subject> = []
    /// Frees that fail2ban did not find banned: a jail that has just started restores its bans one by one.
    var unfound: [Subject: UnfoundBan] = [:]
    /// Bans to be made once more where they are wanted: they are to last longer, or may be missing.
    var renewing: Set<Subject> = []
    /// The jails that we ban in.
    var sights: [Jail: JailSight] = [:]
    var plan = PacketFilterPlan()
    private var lastVersion: Version = 0
    private var effects: [Effect] = []
    var clock = BelievedClock()
    var hubClocks: HubClocks
    /// What the hubs' clock shows beyond ours; zero where they agree.
    var clockOffset: Duration { hubClocks.offset }
    /// What each hub that has greeted us said.
    var maximumBantimes: [Int: Duration] = [:]
    /// One for each hub.
    var copies: [CopySync]
    var obedience: Obedience

    /// An act, and what it is for.
    struct Underway: Sendable {
        var aim: Aim
        var lane: WaitingList.Lane
        var placements: [Subject]
        /// Of lines in the log, whose names stand in them.
        var hosts: [Host] = []
        /// Under which the first of them was waiting.
        var number: UInt64
        var since: Timestamp
        /// Known when it is done.
        var took = Duration.zero
    }

    /// Calls that cost fail2ban the same.
    struct BatchKind: Hashable, Sendable {
        var jail: Jail
        var aim: Aim
    }

    /// A lane that failed.
    struct Pause: Sendable {
        var until: Timestamp
        var length: Duration
        /// The lowest number of what could not be done.
        var number: UInt64
    }

    enum Aim: Sendable {
        case ban, free
        /// Whether a network is listed, before it is freed.
        case check
        /// To ban what is banned, so that it lasts longer.
        case renew
        /// What the jail, or the packet filter, really holds.
        case look
        /// That the packet filter holds it until its end, or not.
        case adjust
    }

    public init(
        settings: Settings, reports: some Sequence<Report> = [], levels: some Sequence<FriendLevel> = [],
        records: some Sequence<LedgerRecord> = []
    ) {
        self.settings = settings
        replica = Replica(placedIn: settings.target.jail)
        copies = Array(repeating: CopySync(), count: settings.hubs)
        hubClocks = HubClocks(hubs: settings.hubs)
        obedience = Obedience(hubs: settings.hubs)
        for report in reports {
            _ = replica.merge(report, at: nil)
            lastVersion = max(lastVersion, report.state.version)
        }
        for level in levels { _ = replica.trust(level) }
        for record in records { ledger.note(record) }
        if settings.hearsOldForm { forgetFiltered() }
    }

    // MARK: News

    /// At the daemon's start: settles what a crash left open, and compares everything.
    public mutating func start(at now: Timestamp) -> [Effect] {
        let last = Timestamp(microseconds: lastVersion)
        clock.begin(at: now, doubting: lastVersion > 0 && last + Ledger.memory < now ? last : nil)
        replica.watchAll(at: hubTime(now))
        resetEnds(at: now)
        for (placement, entry) in ledger.entries.sorted(by: { $0.placement < $1.placement }) {
            settleIntent(placement, entry.step, at: now)
            // What happened to it while we were away, its jail's list shows.
            if entry.step == .held { watch(placement.jail, at: now) }
        }
        reviewAll(at: now)
        return finish(at: now)
    }

    /// New settings, but for the host, the target and the hubs: those are as they were.
    ///
    /// They are applied to what is banned already. A new bantime counts for what is heard from now on.
    public mutating func reconfigure(_ new: Settings, at now: Timestamp) -> [Effect] {
        let old = settings
        settings = new
        (settings.host, settings.target, settings.hubs) = (old.host, old.target, old.hubs)
        settings.hearsOldForm = old.hearsOldForm
        if settings.hearsOldForm, settings.prefixFilter != old.prefixFilter {
            forgetFiltered()
            for hub in copies.indices { copies[hub].begin() }
        }
        reviewAll(at: now)
        return finish(at: now)
    }

    /// The hub broadcast this, in the old form: it has no version and no end.
    public mutating func heard(_ announcement: Announcement, at now: Timestamp) -> [Effect] {
        let report = self.report(announcement, at: now)
        guard announcement.description.hasPrefix(settings.prefixFilter) else { return [] }
        effects.append(.note(.heard(announcement)))
        guard replica.count < Self.limit || announcement.action == .unban else {
            effects.append(.note(.full))
            return finish(at: now)
        }
        take(report, at: now)
        return finish(at: now)
    }

    mutating func take(_ report: Report, at now: Timestamp) {
        guard let known = replica.merge(report, at: hubTime(now)) else { return }
        lastVersion = max(lastVersion, known.state.version)
        effects.append(.replica(known))
        if report.origin.source == .allow {
            reviewOverlapping(report.subject.address, at: now)
        } else {
            ledger.name(report.origin.voice, for: replica.placement(of: report.subject))
            for placement in replica.placements(affectedBy: report.subject) { review(placement, at: now) }
        }
        if known.state.isPardoned { pardon(report, at: now) }
    }

    /// The act that was under way has come to this.
    ///
    /// - Parameter took: what it took by itself; nil: the time since it began, which has the waiting of its answer in it.
    public mutating func done(with answer: Answer, took: Duration? = nil, at now: Timestamp) -> [Effect] {
        guard var act = underway else { return [] }
        act.took = took ?? now - act.since
        underway = nil
        conclude(act, answer, at: now)
        return finish(at: now)
    }

    /// Time has passed.
    public mutating func advance(to now: Timestamp) -> [Effect] { finish(at: now) }

    // MARK: What the shell looks at

    public var nextDeadline: Timestamp? {
        let next = clock.deadline ?? nextEnd
        guard underway == nil else { return next }
        return earlier(next, earlier(nextRetry, earlier(nextLook, nextPacketFilterLook)))
    }

    /// The ledger's file written anew: everything that counts in it.
    public func ledgerSnapshot(at now: Timestamp) -> [LedgerRecord] { ledger.snapshot(at: now) }

    /// How many records that has at most.
    public var ledgerLength: Int { ledger.snapshotLength }

    /// The replica's file written anew.
    public func replicaSnapshot(at now: Timestamp) -> [Report] {
        replica.reports.filter { replica.isKept($0, at: hubTime(now)) }
    }

    /// What it says beside that: how far friends are trusted.
    public var levels: [FriendLevel] { FriendLevel.all(replica.table.levels) }

    /// How many reports that has, or a few more.
    public var replicaLength: Int { replica.count + replica.table.levels.count }

    /// When something is to be looked at anew, by our own time.
    private var nextEnd: Timestamp? { earlier(deadlines.next, replica.nextEnd.map { $0 - clockOffset }) }

    /// When a lane that failed, and in which something waits, is tried again.
    private var nextRetry: Timestamp? {
        var next: Timestamp?
        if paused.isEmpty { return next }
        for lane in waiting.inLanes { next = earlier(next, paused[lane]?.until) }
        return next
    }

    // MARK: What the other file of this type builds on

    mutating func emit(_ effect: Effect) { effects.append(effect) }

    /// - Parameter host: for whom it is banned, where that is known.
    mutating func note(_ step: LedgerRecord.Step, _ placement: Subject, for host: Host? = nil, at now: Timestamp) {
        record(LedgerRecord(placement, step, at: now), for: host)
    }

    mutating func record(_ record: LedgerRecord, for host: Host? = nil) {
        ledger.note(record, for: host)
        if record.step == .released || record.step == .yielded {
            lost.remove(record.subject)
            renewing.remove(record.subject)
            unfound[record.subject] = nil
            forgetEnd(of: record.subject)
        }
        effects.append(.ledger(record))
    }

    mutating func reviewAll(at now: Timestamp) {
        replica.watchAll(at: hubTime(now))
        plan.forget(at: now)
        let done = ledger.entries.map(\.placement)
        for placement in replica.placements.union(done).sorted() { review(placement, at: now) }
    }

    /// What may be banned of it has changed.
    private mutating func reviewOverlapping(_ address: Address, at now: Timestamp) {
        let done = ledger.placements(overlapping: address)
        for placement in replica.placements(overlapping: address).union(done).sorted() { review(placement, at: now) }
    }

    /// Forgets reports that the prefix filter passes over: whether they are lifted, nobody would hear.
    private mutating func forgetFiltered() {
        guard !settings.prefixFilter.isEmpty else { return }
        replica.keep { [settings] report in
            // What is allowed comes from a hub of ours, whatever the others let through.
            report.origin.source == .allow
                || Announcement(report.origin.voice, report.subject, .ban).description.hasPrefix(settings.prefixFilter)
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
        guard settings.hearsOldForm else { return }
        let misdated = replica.reports.filter { $0.state.isMisdated(at: now) }
        for var report in misdated.sorted(by: { $0.state.version < $1.state.version }) {
            report.state = Report.State(
                version: max(now.microseconds, lastVersion + 1), isLifted: false, until: report.state.end(from: now))
            take(report, at: now)
        }
    }

    /// The clock was set: what waits for a moment of the clock that was may have to wait for long.
    mutating func waitNoLonger(at now: Timestamp) {
        for lane in paused.keys { paused[lane]?.until = now }
        for jail in sights.keys { sights[jail]?.clockWasSet(at: now) }
        plan.forget(at: now)
        for placement in unfound.keys.sorted() {
            unfound[placement]?.again = now + Monitor.settling
            deadlines.add(placement, at: now + Monitor.settling)
        }
    }

    /// The time by which ends are judged.
    func hubTime(_ now: Timestamp) -> Timestamp { clock.believed(now) + clockOffset }

    mutating func finish(at now: Timestamp) -> [Effect] {
        if clock.show(now, due: nextEnd) {
            replica.watchAll(at: hubTime(now))
            waitNoLonger(at: now)
            resetEnds(at: now)
        }
        for ended in replica.takeEnded(by: hubTime(now)) {
            if ended.origin.source == .allow {
                reviewOverlapping(ended.subject.address, at: now)
            } else {
                for placement in replica.placements(affectedBy: ended.subject) { review(placement, at: now) }
            }
        }
        for placement in deadlines.takeDue(at: clock.believed(now)) { review(placement, at: now) }
        if underway == nil { begin(at: now) }
        noteObedience()
        defer { effects = [] }
        return effects
    }

    // MARK: What should hold

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
        mayBan(placement, refusal: refusal(of: placement.address, at: now)) ? wish(for: placement, at: now) : nil
    }

    /// Whether there is a decision on it: who wants it and until when takes longer.
    func isWanted(_ placement: Subject, at now: Timestamp) -> Bool {
        mayBan(placement, refusal: refusal(of: placement.address, at: now)) && isWished(placement, at: now)
    }

    private func mayBan(_ placement: Subject, refusal: String?) -> Bool {
        // What another action banned before is undone where it was done.
        refusal == nil && (settings.target != .packetFilter || isInPacketFilter(placement))
    }

    /// Whether somebody wants it banned, whether anybody may or not.
    private func isWished(_ placement: Subject, at now: Timestamp) -> Bool {
        replica.isBan(placement, reaching: settings.threshold, at: hubTime(now), by: filter)
    }

    /// Who wants it banned, whether anybody may or not.
    private func wish(for placement: Subject, at now: Timestamp) -> (host: Host, until: Timestamp)? {
        replica.longest(placement, reaching: settings.threshold, at: hubTime(now), by: filter)
    }

    func witnesses(for placement: Subject, at now: Timestamp) -> Set<Host> {
        replica.witnesses(placement, at: hubTime(now), by: filter)
    }

    private var filter: WordFilter { WordFilter(host: settings.host, prefix: settings.prefixFilter) }

    private func refusal(of address: Address, at now: Timestamp) -> String? {
        NeverBanned.reason(address, ignored: settings.ignored) ?? replica.objection(against: address, at: hubTime(now))
    }

    /// Looks at a placement anew: after news of it, when an end comes, and when an act on it failed.
    mutating func review(_ placement: Subject, at now: Timestamp) {
        let refusal = refusal(of: placement.address, at: now)
        if let reason = refusal, wish(for: placement, at: now) != nil {
            effects.append(.note(.neverBanned(placement.address, reason: reason)))
        }
        var step = ledger.step(of: placement)
        if step == .yielded, let entry = ledger[placement],
            !witnesses(for: placement, at: now).subtracting(entry.witnesses).isEmpty
                || decision(on: placement, at: now) == nil
        {
            // Nobody vouches for it any more, or somebody new does.
            note(.released, placement, at: now)
            step = nil
        }
        watchEnd(of: placement, at: now)
        if let moment = unfound[placement]?.again, now < moment { deadlines.add(placement, at: moment) }
        if aim(for: placement, in: step, refusal: refusal, at: now) != nil {
            waiting.add(placement, to: lane(of: placement, in: step))
        }
    }

    /// What is to be done about a placement; nil where all is as it should be.
    func aim(for placement: Subject, at now: Timestamp) -> Aim? {
        let refusal = refusal(of: placement.address, at: now)
        return aim(for: placement, in: ledger.step(of: placement), refusal: refusal, at: now)
    }

    /// - Parameters:
    ///   - step: the ledger's.
    ///   - refusal: why its address may not be banned.
    private func aim(
        for placement: Subject, in step: LedgerRecord.Step?, refusal: String?, at now: Timestamp
    ) -> Aim? {
        if isInPacketFilter(placement) { return packetFilterAim(for: placement, at: now) }
        let isWanted = mayBan(placement, refusal: refusal) && isWished(placement, at: now)
        guard let step else { return isWanted ? .ban : nil }
        if let moment = unfound[placement]?.again { return isWanted ? .ban : now < moment ? nil : .free }
        switch step {
        case .intended: return isWanted ? .ban : .free
        case .held where isWanted: return renewing.contains(placement) ? .renew : nil
        case .held, .foreign, .unclear, .logged, .released: return isWanted ? nil : .free
        case .yielded: return nil
        case .pardoned: return .free
        }
    }
}

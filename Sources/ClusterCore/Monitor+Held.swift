public import BanModel

/// What the hub holds of this host, where its digest is not ours: its answer is compared report by report.
///
/// The hub may hold what we do not know, where our state file was lost or is an older one: that is taken over, and then
/// fail2ban's list decides, as with everything in the table. It may hold less, where it lost its disk: that is told again.
/// And an administrator may have pardoned what fail2ban still lists: it stays in the table, so that its list is no news,
/// and is told again once something new comes of it: a ban, a failure, a later end.
extension Monitor {
    struct Inquiry: Sendable {
        /// The last report that was compared.
        var after: HostClaim?
        /// What both sides hold alike.
        var agreed: Set<HostClaim> = []
    }

    /// What the hub is to be asked before it is told anything; nil: nothing.
    public var heldQuestion: HeldQuestion? {
        form == .new ? inquiry.map { HeldQuestion(after: $0.after) } : nil
    }

    /// The hub's answer to ``heldQuestion``.
    public mutating func held(_ answer: HeldAnswer, at now: Timestamp) -> [Effect] {
        guard inquiry != nil else { return [] }
        for report in answer.reports {
            inquiry?.after = report.claim
            compare(report.claim, report.state, at: now)
        }
        if answer.isAll {
            withdraw(at: now)
            tellAgain(at: now)
        }
        return finish(at: now, isLogRead: false)
    }

    /// The hub cannot say what it holds: it is told everything.
    public mutating func heldIsUnknown(at now: Timestamp) -> [Effect] {
        guard inquiry != nil else { return [] }
        withdraw(at: now)
        tellAgain(at: now)
        return finish(at: now, isLogRead: false)
    }

    /// Tells the hub what it should hold, as far as it has not shown that it does.
    mutating func tellAgain(at now: Timestamp) {
        let agreed = inquiry?.agreed ?? []
        inquiry = nil
        let missing = announced.filter { !agreed.contains($0.key) && now < kept($0.value) }
        for (claim, state) in missing.sorted(by: { $0.key < $1.key }) {
            outbox.append(Outbox.Item(claim: claim, state: state, isEnd: false, isAgain: true))
        }
        if !missing.isEmpty { emit(.toldAgain(missing.count)) }
        tellByNewClock(at: now)
    }

    private mutating func compare(_ claim: HostClaim, _ held: Report.State, at now: Timestamp) {
        lastVersion = max(lastVersion, held.version)
        let known = announced[claim]
        let merged = known?.merged(with: held) ?? held
        if merged == held { inquiry?.agreed.insert(claim) }
        guard merged != known else { return }
        announced[claim] = merged
        // What waits for the hub may be later than what it holds, or an end that we believed.
        if !outbox.holds(claim, laterThan: held) || table[claim] != nil { adopt(claim, inOwnTime(merged), at: now) }
        effects.append(.save(record(of: claim, merged)))
        deadlines.add(claim, at: kept(merged))
    }

    /// The hub's word is later than ours, or of the same version and a lift.
    mutating func adopt(_ claim: HostClaim, _ state: Report.State, at now: Timestamp) {
        // Of one version the hub's word is not the greater either where it ends earlier: a line that was read again may have
        // guessed its end anew, and that guess is yet to be corrected.
        if let known = table[claim], known.state > state { return }
        let isNew = table[claim] == nil
        let isOver = state.bounded(by: maximumBantime).until <= now
        if isNew, isOver { return }
        if isOver || (state.isLifted && !state.isPardoned) {
            // Our own word, which our file lacks: what fail2ban lists by now began after it. Where it cannot be asked, the
            // lines that we read once more say all that there is to say.
            if !canAsk, let known = table[claim], outbox.holds(claim) {
                report(claim, until: known.state.until, since: now, at: now)
                return
            }
            table[claim] = nil
            questions.want(.bans(claim.jail), at: now)
            return
        }
        var report = table[claim] ?? LiveReport(state: state)
        // A list has told the end that fail2ban knows; a lift does not know better.
        if !state.isLifted {
            // But a word that is later than the line, which was read again, knows better than a guess.
            if state.version > report.state.version { report.guessedFrom = nil }
            report.state = state
        }
        report.state.isLifted = false
        report.state.version = state.version
        report.state.forget = max(report.state.forget, state.forget)
        report.isPardoned = state.isLifted
        table[claim] = report
        watch(claim, report, at: now)
        watchRenewal(of: claim, report)
        if jails[claim.jail] == nil { jails[claim.jail] = JailLife(at: now) }
        if isNew { questions.want(.bans(claim.jail), at: now) }
    }

    /// fail2ban does not list it any more: from now on, what it lists is news again.
    mutating func forgetPardon(of claim: HostClaim) {
        guard let state = announced[claim] else { return }
        effects.append(.save(.live(claim, state)))
        deadlines.add(claim, at: kept(state))
    }

    /// How the state file is to hold it.
    func record(of claim: HostClaim, _ state: Report.State) -> MonitorRecord {
        state.isLifted && table[claim]?.isPardoned == true ? .pardoned(claim, state) : .live(claim, state)
    }
}

internal import BanModel

/// No report counts longer than the hub's `maxbantime` after its version, whatever its end: what lasts longer, permanent
/// bans above all, is told with a new version in time.
extension Monitor {
    /// When a report is told anew, for as long as its ban is to last; nil: its end comes first.
    ///
    /// At three quarters of the time: a hub or a fail2ban may be away for the fourth.
    private func renewal(of state: Report.State) -> Timestamp? {
        let counted = Timestamp(microseconds: state.version) + maximumBantime
        guard inHubTime(state).until > counted else { return nil }
        return counted - maximumBantime / 4 - clockOffset
    }

    mutating func watchRenewal(of claim: HostClaim, _ report: LiveReport) {
        guard form == .new, !report.isPardoned, let time = renewal(of: report.state) else { return }
        renewals.add(claim, at: time)
    }

    /// The hub has said how long a report counts, or a hub of the new form has come.
    mutating func watchRenewals() {
        for (claim, report) in table { watchRenewal(of: claim, report) }
    }

    /// Renews a piece of what is due, as long as fail2ban lists it.
    mutating func renew(at now: Timestamp) {
        guard form == .new, renewals.next.map({ $0 <= now }) ?? false else { return }
        // What waits for the hub already is told first: memory only holds the queue's head.
        guard outbox.count < Renewals.piece, inquiry == nil else { return renewals.rest(at: now) }
        // What was pardoned meanwhile must not speak again because time has passed.
        guard now - comparedAt <= Self.sweep else {
            wantsGreeting = true
            return renewals.rest(at: now)
        }
        var count = 0
        for claim in renewals.takeDue(at: now) {
            guard var report = table[claim], !report.isPardoned, let time = renewal(of: report.state) else { continue }
            guard now >= time else {
                renewals.add(claim, at: time)
                continue
            }
            guard isVouchedFor(report, at: now) else {
                // The list that was asked for, or the next sweep, may tell it.
                renewals.add(claim, at: now + min(Self.sweep, maximumBantime / 16))
                continue
            }
            report.state.version = nextVersion(now)
            table[claim] = report
            outbox.append(Outbox.Item(claim: claim, state: inHubTime(report.state), isEnd: false))
            // A clock that is far behind the hub's must not make this a race.
            renewal(of: report.state).map { renewals.add(claim, at: max($0, now + maximumBantime / 4)) }
            count += 1
        }
        if count > 0 { emit(.renewed(count)) }
    }

    /// Whether fail2ban has listed it lately; where it cannot be asked, the log alone counts.
    private func isVouchedFor(_ report: LiveReport, at now: Timestamp) -> Bool {
        !canAsk || now - report.seenAt <= Self.sweep * 2
    }
}

internal import BanModel

/// What is said of a claim: banned until then, free before that, over.
extension Monitor {
    /// The next version for something that happened at this time.
    mutating func nextVersion(_ time: Timestamp) -> Version {
        lastVersion = max(time.microseconds, lastVersion + 1)
        return lastVersion
    }

    /// Reports that the claim is banned until then, and keeps watch over it.
    ///
    /// - Parameter note: what else is known of it.
    mutating func report(
        _ claim: HostClaim, until: Timestamp, since time: Timestamp, at now: Timestamp,
        _ note: (inout LiveReport) -> Void = { _ in }
    ) {
        if let reason = NeverBanned.reason(claim.address, ignored: settings.ignored) {
            emit(.neverBanned(claim.address, reason: reason))
            return
        }
        let place = table.place(of: claim)
        let known = place.map { table[$0] }
        let forget = max(known?.state.forget ?? until, announced[claim].map(inOwnTime)?.forget ?? until)
        let state = Report.State(version: nextVersion(time), isLifted: false, until: until, forget: forget)
        var report = known ?? LiveReport(state: state)
        report.state = state
        report.isPardoned = false
        report.heldSince = nil
        report.missedAt = nil
        report.guessedFrom = nil
        report.overdueSince = nil
        report.reckonedAt = now
        note(&report)
        if let place { table[place] = report } else { _ = table.insert(report, for: claim) }
        outbox.append(Outbox.Item(claim: claim, state: inHubTime(state), isEnd: false))
        emit(.reported(claim.subject, until: until))
        watch(claim, report, at: now)
        watchRenewal(of: claim, report)
    }

    /// Reports that the claim is free, before its end.
    mutating func lift(_ claim: HostClaim, at now: Timestamp) {
        guard let report = table.removeValue(forKey: claim) else { return }
        // The hub holds it lifted.
        if report.isPardoned { return forgetPardon(of: claim) }
        let state = Report.State(
            version: nextVersion(now), isLifted: true, until: report.state.until, forget: report.state.forget)
        outbox.append(Outbox.Item(claim: claim, state: inHubTime(state), isEnd: false))
        emit(.lifted(claim.subject))
    }

    /// Lifts what the settings do not allow to report: it was reported under others.
    mutating func withdraw(at now: Timestamp) {
        let isRefused = { [settings] (claim: HostClaim) in
            settings.ignoredJails.contains(claim.jail)
                || NeverBanned.reason(claim.address, ignored: settings.ignored) != nil
        }
        for claim in table.keys.filter(isRefused).sorted() { lift(claim, at: now) }
    }

    /// The report's end has come.
    mutating func end(_ claim: HostClaim) {
        guard let report = table.removeValue(forKey: claim) else { return }
        if report.isPardoned { return forgetPardon(of: claim) }
        var state = inHubTime(report.state)
        state.isLifted = true
        outbox.append(Outbox.Item(claim: claim, state: state, isEnd: true, isAgain: form == .unknown))
        emit(.ended(claim.subject))
    }

    /// Puts the next moment at which this report wants attention into the queue.
    func nextAttention(_ report: LiveReport, at now: Timestamp) -> Timestamp {
        let question = report.state.until - Self.lead
        return canAsk && question > now ? question : report.state.until
    }

    mutating func watch(_ claim: HostClaim, _ report: LiveReport, at now: Timestamp) {
        deadlines.add(claim, at: nextAttention(report, at: now))
    }
}

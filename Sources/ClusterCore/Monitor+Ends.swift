internal import BanModel

/// What time brings.
extension Monitor {
    /// What time brings for one report.
    mutating func attend(_ claim: HostClaim, at now: Timestamp) {
        guard let report = table[claim] else { return prune(claim, at: now) }
        if now >= report.state.until {
            attendEnd(of: claim, report, at: now)
        } else if !canAsk, report.heldSince != nil, let last = jails[claim.jail]?.lastUnban {
            // A stop with slow actions is logged after its last `Unban`.
            if now >= last + Self.unasked {
                lift(claim, at: now)
            } else {
                deadlines.add(claim, at: last + Self.unasked)
            }
        } else {
            if canAsk, now >= report.state.until - Self.lead { questions.want(.bans(claim.jail), at: now) }
            watch(claim, report, at: now)
        }
    }

    /// An end that is over: told at once, unless fail2ban is about to say more.
    private mutating func attendEnd(of claim: HostClaim, _ report: LiveReport, at now: Timestamp) {
        let found = report.overdueSince ?? now
        let question = Question.bans(claim.jail)
        // Found late: nobody looked, or the clock jumped, and so it has not been asked.
        let isLate = found - report.state.until > Self.grace
        if canAsk, isLate, report.overdueSince == nil { questions.want(question, at: now) }
        table[claim]?.overdueSince = found
        let limit = isLate ? found + Self.settling : report.state.until + Self.grace
        let isOpen = questions.isUnderway(question) || isLate && questions.isWanted(question)
        if canAsk, isOpen, now < limit {
            deadlines.add(claim, at: limit)
        } else {
            end(claim)
            // Its line is still to come, or the end was moved after the last question.
            if canAsk, jails[claim.jail]?.isStopped == false { questions.want(question, at: now + Self.afterEnd) }
        }
    }
}

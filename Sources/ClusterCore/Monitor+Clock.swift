internal import BanModel

/// What a jump of the host's clock means.
extension Monitor {
    /// The clock was set back: what was noted by it must not keep answers from counting until it is there again.
    mutating func forgetFuture(at now: Timestamp) {
        started = min(started, now)
        questions.hurry(at: now)
        renewals.forgetFuture(at: now)
        comparedAt = min(comparedAt, now)
        for jail in jails.keys { jails[jail]?.forgetFuture(at: now) }
        for (claim, report) in table.sorted(by: { $0.key < $1.key }) {
            table[claim]?.seenAt = min(report.seenAt, now)
            table[claim]?.reckonedAt = min(report.reckonedAt, now)
            table[claim]?.missedAt = report.missedAt.map { min($0, now) }
            table[claim]?.overdueSince = nil
            guard let held = report.heldSince else { continue }
            table[claim]?.heldSince = min(held, now)
            deadlines.add(claim, at: now + Self.unasked)
        }
    }

    /// What was reported by a clock that was wrong by far lasts as long as was said, from now on.
    mutating func resetEnds(at now: Timestamp) {
        let misdated = table.filter { $0.value.state.isMisdated(at: now) && !$0.value.isPardoned }
        for (claim, known) in misdated.sorted(by: { $0.key < $1.key }) {
            report(claim, until: known.state.end(from: now), since: now, at: now)
            table[claim]?.heldSince = known.heldSince
        }
    }
}

internal import BanModel

/// What a jump of the host's clock means.
extension Monitor {
    /// The clock was set back: what was noted by it must not keep answers from counting until it is there again.
    mutating func forgetFuture(at now: Timestamp) {
        questions.hurry(at: now)
        for jail in jails.keys { jails[jail]?.forgetFuture(at: now) }
        for (subject, report) in table {
            table[subject]?.seenAt = min(report.seenAt, now)
            table[subject]?.reckonedAt = min(report.reckonedAt, now)
            table[subject]?.missedAt = report.missedAt.map { min($0, now) }
            table[subject]?.overdueSince = nil
            guard let held = report.heldSince else { continue }
            table[subject]?.heldSince = min(held, now)
            deadlines.add(subject, at: now + Self.unasked)
        }
    }

    /// What was reported by a clock that was wrong by far lasts as long as was said, from now on.
    mutating func resetEnds(at now: Timestamp) {
        for (subject, known) in table.filter({ $0.value.state.isMisdated(at: now) }).sorted(by: { $0.key < $1.key }) {
            report(subject, until: known.state.end(from: now), since: now, at: now)
            table[subject]?.heldSince = known.heldSince
        }
    }
}

internal import BanModel

/// What the hub's clock shows beyond ours.
extension Monitor {
    /// Ends are told in the hub's time. Where its clock is found to differ otherwise than before, all are told anew.
    ///
    /// - Parameter asked: an answer that took its time only says between which two the difference lies.
    mutating func compareClocks(_ theirs: Timestamp, asked: Timestamp, at now: Timestamp) {
        // Once it is set, what ends by the clock that it shows now would be over.
        guard theirs >= ClockJump.unset || now < ClockJump.unset else { return emit(.hubClockUnset) }
        var difference = theirs - now
        if now - asked > Self.promptAnswer {
            let most = theirs - asked
            guard clockOffset < difference - Self.clockTolerance || clockOffset > most + Self.clockTolerance else {
                return
            }
            // A clock that may be right is taken for right.
            difference = difference <= .zero && most >= .zero ? .zero : difference + (most - difference) / 2
        }
        guard difference - clockOffset > Self.clockTolerance || clockOffset - difference > Self.clockTolerance else {
            return
        }
        let before = clockOffset
        clockOffset =
            difference > Self.clockTolerance || .zero - difference > Self.clockTolerance ? difference : .zero
        effects.append(.save(.clock(clockOffset)))
        emit(.clockDiffers(clockOffset))
        toldWithOffset = toldWithOffset ?? before
    }

    /// Not before what the hub holds was compared: what is pardoned must not speak again because a clock was set.
    mutating func tellByNewClock(at now: Timestamp) {
        guard let before = toldWithOffset, inquiry == nil else { return }
        toldWithOffset = nil
        for (claim, known) in table.sorted(by: { $0.key < $1.key }) where !known.isPardoned {
            var state = known.state
            state.version = nextVersion(now)
            // The hub remembers the end that it was told by the other clock.
            state.forget = max(state.forget, state.forget + before - clockOffset)
            table[claim]?.state = state
            outbox.append(Outbox.Item(claim: claim, state: inHubTime(state), isEnd: false))
        }
        // What the hub holds and was over by the clock that was wrong may not be: fail2ban is asked.
        for (claim, state) in canAsk ? announced.sorted(by: { $0.key < $1.key }) : []
        where table[claim] == nil && !state.isLifted { adopt(claim, inOwnTime(state), at: now) }
    }

    func inHubTime(_ state: Report.State) -> Report.State { state.moved(by: clockOffset) }

    func inOwnTime(_ state: Report.State) -> Report.State { state.moved(by: .zero - clockOffset) }
}

extension Report.State {
    fileprivate func moved(by offset: Duration) -> Self {
        guard offset != .zero else { return self }
        var moved = self
        moved.until = until + offset
        moved.forget = forget + offset
        return moved
    }
}

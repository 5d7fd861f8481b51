internal import BanModel

/// What counts as a jump of the host's clock, and what was said by a clock that was wrong.
enum ClockJump {
    /// 2024-01-01: a clock that shows less was never set.
    static let unset = Timestamp.seconds(1_704_067_200)
    /// A clock that is ahead by less has done no harm: a ban lasts so much longer at most.
    static let bearable = Duration.seconds(86_400)
    /// Smaller steps are everyday corrections.
    static let step = Duration.seconds(5)

    static func isSetBack(from last: Timestamp, to now: Timestamp) -> Bool { now + step < last }

    /// Whether the clock was set for the first time since the host was started.
    static func isSet(from last: Timestamp, to now: Timestamp) -> Bool { last < unset && now >= unset }
}

extension Report.State {
    /// Whether its end was reckoned by a clock that had not been set, or was ahead by more than is bearable.
    ///
    /// A version is the time of its report, or one more than the last: where that was a wrong time too, the end of a
    /// report with a right one lies before its version.
    func isMisdated(at now: Timestamp) -> Bool {
        let said = Timestamp(microseconds: version)
        guard now >= ClockJump.unset, !isLifted, until > said else { return false }
        return said < ClockJump.unset || (said > now + ClockJump.bearable && until != .forever)
    }

    /// Its end, counted from now instead of the time when it was said.
    func end(from now: Timestamp) -> Timestamp { now + (until - Timestamp(microseconds: version)) }
}

internal import BanModel

/// The time by which ends are judged, where the host's clock may jump.
///
/// Forward, whether by a correction, a sleep or a mistake: no end counts for ``patience``, so that a clock that is soon set
/// right ends nothing; after that it is believed.
struct BelievedClock: Sendable {
    /// The clock has jumped, or the host has slept, where an end is found this late.
    private static let lateness = Duration.seconds(60)
    static let patience = Duration.seconds(300)

    private(set) var last: Timestamp = .seconds(0)
    /// The last time that is believed, since when it is not gone on, and until when.
    private var doubt: (believed: Timestamp, since: Timestamp, until: Timestamp)?

    /// When the clock is believed again.
    var deadline: Timestamp? { doubt?.until }

    func believed(_ now: Timestamp) -> Timestamp { doubt?.believed ?? now }

    /// What others are told: the time that is believed, and what has passed since.
    func told(_ now: Timestamp) -> Timestamp { doubt.map { $0.believed + max(now - $0.since, .zero) } ?? now }

    /// The process begins, and has news of this moment that is far behind the clock.
    mutating func begin(at now: Timestamp, doubting believed: Timestamp?) {
        last = now
        doubt = believed.map { ($0, now, now + Self.patience) }
    }

    /// Another clock has said what it is.
    mutating func confirm() { doubt = nil }

    /// The clock shows this now; returns whether it was set back, or set for the first time.
    ///
    /// - Parameter due: when the next end was to be looked at.
    mutating func show(_ now: Timestamp, due: Timestamp?) -> Bool {
        defer { last = now }
        let isSet = ClockJump.isSetBack(from: last, to: now) || ClockJump.isSet(from: last, to: now)
        if isSet { doubt = nil }
        if let until = doubt?.until {
            if now >= until { doubt = nil }
        } else if let due, due + Self.lateness < now {
            doubt = (last, now, now + Self.patience)
        }
        return isSet
    }
}

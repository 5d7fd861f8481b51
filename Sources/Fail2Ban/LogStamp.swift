internal import BanModel

/// When a line was written, as it says itself.
enum LogStamp {
    /// fail2ban's own, local time.
    case local(CivilTime, microseconds: Int64)
    /// Syslog's short one: local time, whole seconds, and a year that must be guessed.
    case yearless(CivilTime)
    /// RFC 3339: so many seconds ahead of UTC.
    case zoned(CivilTime, microseconds: Int64, offset: Int64)
    case known(Timestamp)

    /// What a time without a fraction may mean at the latest: so nobody is freed before fail2ban frees him, and what the
    /// subscriber did in that second is not older than its cause.
    static let wholeSecond: Int64 = 999_999

    /// nil for a time that no calendar has.
    func moment(by clock: inout LocalClock, readAt: Timestamp) -> Timestamp? {
        switch self {
        case .known(let moment): return moment
        case .local(let civil, let microseconds):
            return clock.seconds(civil, seen: readAt).map { Self.moment($0, microseconds) }
        case .zoned(let civil, let microseconds, let offset):
            var utc = LocalClock.utc
            return utc.seconds(civil, seen: readAt).map { Self.moment($0 - offset, microseconds) }
        case .yearless(var civil):
            // The latest year that is not after tomorrow; eight years have a 29th of February at the least.
            let latest = Int(clamping: 1970 + readAt.microseconds / 31_556_952_000_000 + 1)
            for year in stride(from: latest, through: latest - 9, by: -1) {
                civil.year = year
                guard let seconds = clock.seconds(civil, seen: readAt),
                    Timestamp.seconds(seconds) <= readAt + .seconds(86_400)
                else { continue }
                return Self.moment(seconds, Self.wholeSecond)
            }
            return nil
        }
    }

    private static func moment(_ seconds: Int64, _ microseconds: Int64) -> Timestamp {
        Timestamp(microseconds: seconds * 1_000_000 + microseconds)
    }
}

internal import BanModel
internal import Glibc

/// Turns the local times that fail2ban writes, which carry no zone, into moments.
///
/// Remembers the last hour, so that a log is read without one mktime(3) a line.
public struct LocalClock: Sendable {
    private let isUTC: Bool
    /// An hour that passes once and without a jump, and the moment it begins, in seconds since 1970.
    private var hour: (civil: CivilTime, start: Int64)?

    private init(isUTC: Bool) { self.isUTC = isUTC }

    /// The time zone of this process: `$TZ`, else /etc/localtime.
    public static let local = LocalClock(isUTC: false)
    public static let utc = LocalClock(isUTC: true)

    /// The moment in seconds since 1970; nil for a time that no calendar has.
    ///
    /// In the hour that passes twice when summer time ends, the later of the two that is not after `seen`.
    mutating func seconds(_ time: CivilTime, seen: Timestamp) -> Int64? {
        guard time.isValid else { return nil }
        var start = time
        (start.minute, start.second) = (0, 0)
        if let hour, hour.civil == start { return hour.start + Int64(time.minute * 60 + time.second) }

        var end = start
        (end.minute, end.second) = (59, 59)
        let (starts, ends) = (moments(start), moments(end))
        if starts.count == 1, ends.count == 1, ends[0] - starts[0] == 3599 {
            hour = (start, starts[0])
            return starts[0] + Int64(time.minute * 60 + time.second)
        }
        let candidates = moments(time)
        // A second of grace: the reader's clock was asked before the line was found complete.
        return candidates.last { Timestamp.seconds($0) <= seen + .seconds(1) } ?? candidates.first
    }

    /// When the clock on the wall shows this, in order; the hour that summer time skips is read as mktime(3) does.
    private func moments(_ time: CivilTime) -> [Int64] {
        if isUTC {
            var fields = self.fields(time, isSummer: 0)
            return [Int64(timegm(&fields))]
        }
        let exact = [Int32(1), 0].compactMap { isSummer -> Int64? in
            var fields = self.fields(time, isSummer: isSummer)
            let seconds = mktime(&fields)
            let isSame = fields.tm_isdst == isSummer && fields.tm_hour == time.hour && fields.tm_min == time.minute
            return isSame ? Int64(seconds) : nil
        }
        if !exact.isEmpty { return exact.sorted() }
        var fields = self.fields(time, isSummer: -1)
        return [Int64(mktime(&fields))]
    }

    private func fields(_ time: CivilTime, isSummer: Int32) -> tm {
        var fields = tm()
        fields.tm_year = Int32(time.year - 1900)
        fields.tm_mon = Int32(time.month - 1)
        fields.tm_mday = Int32(time.day)
        fields.tm_hour = Int32(time.hour)
        fields.tm_min = Int32(time.minute)
        fields.tm_sec = Int32(time.second)
        fields.tm_isdst = isSummer
        return fields
    }
}

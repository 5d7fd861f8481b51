internal import Glibc

/// A moment in whole microseconds since 1970-01-01 00:00 UTC, or for ever.
public struct Timestamp: Hashable, Sendable, Comparable {
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Later than every other moment: the end of a permanent ban.
    public static let forever = Timestamp(microseconds: .max)

    public static func seconds(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// For ever stays for ever, and nothing overflows.
    public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        guard moment != .forever else { return .forever }
        let (sum, overflow) = moment.microseconds.addingReportingOverflow(duration.microseconds)
        if overflow { return duration < .zero ? Timestamp(microseconds: .min) : .forever }
        return Timestamp(microseconds: sum)
    }

    public static func - (moment: Timestamp, duration: Duration) -> Timestamp { moment + (.zero - duration) }

    /// How long after `earlier`: negative where `later` is the earlier one, and at most what an Int64 holds.
    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        let (difference, overflow) = later.microseconds.subtractingReportingOverflow(earlier.microseconds)
        return .microseconds(overflow ? (later > earlier ? .max : .min) : difference)
    }
}

extension Timestamp: CustomStringConvertible {
    /// `2026-11-21T09:11:24.014Z` (RFC 3339), or `forever`.
    public var description: String { text { digits($0 / 1000, 3) } }

    /// `2026-11-21T09:11:24.014000Z`, or `forever`: nothing is cut off.
    public var exact: String { text { digits($0, 6) } }

    /// - Parameter decimals: of so many microseconds.
    private func text(_ decimals: (Int32) -> String) -> String {
        guard self != .forever else { return "forever" }
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        var time = time_t(rest < 0 ? seconds - 1 : seconds)
        var fields = tm()
        gmtime_r(&time, &fields)
        return "\(digits(fields.tm_year + 1900, 4))-\(digits(fields.tm_mon + 1, 2))-\(digits(fields.tm_mday, 2))"
            + "T\(digits(fields.tm_hour, 2)):\(digits(fields.tm_min, 2)):\(digits(fields.tm_sec, 2))"
            + ".\(decimals(Int32(rest < 0 ? rest + 1_000_000 : rest)))Z"
    }

    private func digits(_ number: Int32, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}

extension Duration {
    /// Rounded down to whole microseconds; at most what an Int64 holds.
    public var microseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000_000)
    }
}

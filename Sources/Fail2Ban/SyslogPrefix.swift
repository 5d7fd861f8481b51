/// What a syslog daemon writes before the tag and the message of a line, in its short form or with RFC 3339's time.
///
///     Nov 21 02:00:00 web1 fail2ban.actions[1234]: NOTICE [sshd] Ban 192.0.2.1
///     2026-11-21T02:00:00.123456+01:00 web1 fail2ban.actions[1234]: NOTICE [sshd] Ban 192.0.2.1
struct SyslogPrefix {
    let stamp: LogStamp
    /// Who the syslog daemon says has sent the line: another host where it listens to others.
    let host: ArraySlice<UInt8>
    /// The tag and the message.
    let rest: ArraySlice<UInt8>

    /// nil for a line that does not begin as syslog's lines do.
    init?(_ line: ArraySlice<UInt8>) {
        var scanner = ByteScanner(line)
        guard let stamp = Self.shortStamp(&scanner) ?? Self.longStamp(&scanner), scanner.take(" ") else { return nil }
        let host = scanner.prefix { (0x21..<0x7F).contains($0) }
        guard (1...255).contains(host.count), scanner.take(" "), !scanner.isAtEnd else { return nil }
        self.stamp = stamp
        self.host = host
        rest = scanner.rest
    }

    /// Whether the host is that one, with or without its domain: syslog daemons write either.
    func isWritten(on host: String) -> Bool {
        func label(_ name: some Sequence<UInt8>) -> [UInt8] {
            name.prefix { $0 != UInt8(ascii: ".") }.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        }
        return label(self.host) == label(host.utf8)
    }

    /// `Nov 21 02:00:00`, `Nov  1 02:00:00`
    private static func shortStamp(_ scanner: inout ByteScanner) -> LogStamp? {
        var ahead = scanner
        guard let month = month(&ahead), ahead.take(" "),
            let day = ahead.take(" ") ? ahead.number(digits: 1) : ahead.number(digits: 2), ahead.take(" "),
            let (hour, minute, second) = time(&ahead)
        else { return nil }
        scanner = ahead
        return .yearless(CivilTime(year: 0, month: month, day: day, hour: hour, minute: minute, second: second))
    }

    /// `2026-11-21T02:00:00.123456+01:00`, `2026-11-21T01:00:00Z`
    private static func longStamp(_ scanner: inout ByteScanner) -> LogStamp? {
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.take("-"), let day = scanner.number(digits: 2), scanner.take("T"),
            let (hour, minute, second) = time(&scanner)
        else { return nil }
        var microseconds = LogStamp.wholeSecond
        if scanner.take(".") {
            let digits = scanner.prefix { ($0 &- 0x30) < 10 }
            guard (1...9).contains(digits.count) else { return nil }
            let six = (digits + Array(repeating: UInt8(ascii: "0"), count: 6)).prefix(6)
            microseconds = six.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
        }
        var offset: Int64 = 0
        if !scanner.take("Z") {
            let isAhead = scanner.take("+")
            guard isAhead || scanner.take("-"), let hours = scanner.number(digits: 2), scanner.take(":"),
                let minutes = scanner.number(digits: 2), hours < 24, minutes < 60
            else { return nil }
            offset = Int64(hours * 3600 + minutes * 60) * (isAhead ? 1 : -1)
        }
        let civil = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        return .zoned(civil, microseconds: microseconds, offset: offset)
    }

    private static func time(_ scanner: inout ByteScanner) -> (hour: Int, minute: Int, second: Int)? {
        guard let hour = scanner.number(digits: 2), scanner.take(":"), let minute = scanner.number(digits: 2),
            scanner.take(":"), let second = scanner.number(digits: 2)
        else { return nil }
        return (hour, minute, second)
    }

    private static func month(_ scanner: inout ByteScanner) -> Int? {
        for (index, name) in months.enumerated() where scanner.take(name) { return index + 1 }
        return nil
    }

    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

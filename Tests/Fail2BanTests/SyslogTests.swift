import BanModel
import Foundation
import Testing

@testable import Fail2Ban

private let readAt = Timestamp(microseconds: 1_795_305_600_000_000)  // 2026-11-22 00:00 UTC

/// The lines of a file of `Fixtures`.
func fixture(_ name: String) throws -> [String] {
    let file = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
}

/// Lines with what is to become of them in front.
func verdicts(_ name: String) throws -> [(verdict: String, line: String)] {
    try fixture(name).map { line in
        let parts = line.split(separator: "\t", maxSplits: 1)
        try #require(parts.count == 2)
        return (String(parts[0]), String(parts[1]))
    }
}

func verdict(_ parsed: ParsedLine) -> String {
    switch parsed {
    case .record: "record"
    case .refused: "refused"
    case .unrelated: "unrelated"
    }
}

/// What a line that matters says, without its time.
func matters(_ line: String) -> Bool {
    line.contains(
        /(\[sshd\] (Restore |Increase )?(Ban|Unban) \S+|\[sshd\] \S+ already banned|Jail 'sshd' (started|stopped)|Starting Fail2ban v1.0.2|Shutdown in progress...|Stopping all jails)$/
    )
}

@Suite struct SyslogTests {
    private func parse(_ line: String, in form: LogForm = .syslog, readAt: Timestamp = readAt) -> ParsedLine {
        var parser = LogParser(clock: .utc, host: "web1")
        return parser.parse(Array(line.utf8)[...], in: form, readAt: readAt)
    }

    private func time(_ line: String, readAt: Timestamp = readAt) -> Int64? {
        guard case .record(let record) = parse(line, readAt: readAt) else { return nil }
        return record.time.microseconds
    }

    @Test func `hostile lines do not count, and fail2ban's do`() throws {
        for (expected, line) in try verdicts("hostile-syslog.log") {
            let parsed = parse(line)
            #expect(verdict(parsed) == expected, "\(line): \(parsed)")
        }
    }

    @Test(arguments: ["syslog-short.log", "syslog-rfc3339.log"])
    func `what rsyslog wrote for a real fail2ban is understood, line by line`(name: String) throws {
        var parser = LogParser(clock: .utc, host: "web1")
        var count = 0
        let lines = try fixture(name)
        #expect(LogForm(firstLine: Array(lines[0].utf8)[...]) == .syslog)
        for line in lines {
            let parsed = parser.parse(Array(line.utf8)[...], in: .syslog, readAt: readAt)
            let isExpected = matters(line) && !line.contains(": ERROR ")
            #expect(verdict(parsed) == (isExpected ? "record" : "unrelated"), "\(line): \(parsed)")
            count += isExpected ? 1 : 0
            guard case .record(let record) = parsed else { continue }
            #expect((1_795_247_096_000_000..<1_795_247_101_000_000).contains(record.time.microseconds), "\(line)")
        }
        #expect(count == 11)
    }

    @Test func `a line's time is what syslog wrote before it, to the end of a whole second`() {
        let tail = " web1 fail2ban.actions[1]: NOTICE [sshd] Ban 192.0.2.1"
        #expect(time("2026-11-21T02:00:00.123456+01:00" + tail) == 1_795_222_800_123_456)
        #expect(time("2026-11-20T20:30:00.1-05:30" + tail) == 1_795_226_400_100_000)
        #expect(time("2026-11-21T02:00:00.123456789Z" + tail) == 1_795_226_400_123_456)
        #expect(time("2026-11-21T02:00:00Z" + tail) == 1_795_226_400_999_999)
        #expect(time("Nov 21 02:00:00" + tail) == 1_795_226_400_999_999)
        #expect(time("Nov  1 02:00:00" + tail) == 1_793_498_400_999_999)
    }

    @Test(arguments: [
        // Read on 2026-11-22 00:00: up to a day later is this year's, by a clock that is wrong or another zone's.
        ("Nov 22 23:59:59", "2026-11-22T23:59:59Z"), ("Nov 23 00:00:00", "2026-11-23T00:00:00Z"),
        ("Nov 23 00:00:01", "2025-11-23T00:00:01Z"), ("Dec 31 23:59:59", "2025-12-31T23:59:59Z"),
        ("Jan  1 00:00:00", "2026-01-01T00:00:00Z"), ("Feb 29 12:00:00", "2024-02-29T12:00:00Z"),
    ])
    func `a year that is not written is the latest that can be`(short: String, long: String) {
        let tail = " web1 fail2ban.actions[1]: NOTICE [sshd] Ban 192.0.2.1"
        #expect(time(short + tail) == time(long + tail))
        #expect(time(short + tail) != nil)
    }

    @Test func `in the first hours of a year the last one's lines are the last year's`() {
        let newYear = Timestamp(microseconds: 1_798_761_600_000_000)  // 2027-01-01 00:00 UTC
        let tail = " web1 fail2ban.actions[1]: NOTICE [sshd] Ban 192.0.2.1"
        #expect(time("Dec 31 23:59:59" + tail, readAt: newYear + .seconds(5)) == 1_798_761_599_999_999)
        #expect(time("Jan  1 00:00:00" + tail, readAt: newYear - .seconds(5)) == 1_798_761_600_999_999)
    }

    @Test func `two bans in one second both count`() throws {
        var parser = LogParser(clock: .utc, host: "web1")
        for address in ["192.0.2.1", "192.0.2.2"] {
            let line = "Nov 21 02:00:00 web1 fail2ban.actions[1]: NOTICE [sshd] Ban \(address)"
            guard case .record(let record) = parser.parse(Array(line.utf8)[...], in: .syslog, readAt: readAt) else {
                Issue.record("\(line)")
                continue
            }
            #expect(record.event == .jail(try jail("sshd"), .banned(try Fail2BanTests.address(address))))
        }
    }

    // MARK: Which form

    private static let plain = "2026-11-21 02:00:00,123 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1"
    private static let short = "Nov 21 02:00:00 web1 fail2ban.actions[1234]: NOTICE [sshd] Ban 192.0.2.1"
    private static let long = "2026-11-21T02:00:00+01:00 web1 fail2ban.actions[1234]: NOTICE [sshd] Ban 192.0.2.1"

    private func form(_ line: String) -> LogForm { LogForm(firstLine: Array(line.utf8)[...]) }

    @Test func `a file's first line tells who writes it`() {
        #expect(form(Self.plain) == .plain)
        #expect(form("") == .plain)
        #expect(form("anything") == .plain)
        #expect(form("Nov 21 02:00:00 web1 kernel: Linux version 6") == .syslog)
        #expect(form("2026-11-21T02:00:00+01:00 web1 kernel: Linux version 6") == .syslog)
        #expect(form(Self.short) == .syslog)
    }

    @Test func `once fail2ban writes the file itself, it stays so`() {
        func form(at line: String, after form: LogForm) -> LogForm { form.form(at: Array(line.utf8)[...]) }
        #expect(form(at: Self.short, after: .syslog) == .syslog)
        #expect(form(at: "", after: .syslog) == .syslog)
        #expect(form(at: Self.plain, after: .syslog) == .plain)
        #expect(form(at: Self.short, after: .plain) == .plain)
    }

    @Test(arguments: [short, long])
    func `an attacker's line of syslog's in fail2ban's own log never counts, and is told`(forged: String) {
        let reason = #"a line of syslog's in a log that fail2ban writes itself: "[sshd] Ban 192.0.2.1""#
        #expect(parse(forged, in: .plain) == .refused(reason: reason))
        #expect(parse("Nov 21 02:00:00 web1 sshd[7]: hello", in: .plain) == .unrelated)
        // Behind fail2ban's own beginning of a message, as it would come:
        var parser = LogParser(clock: .utc, host: "web1")
        let opening = "2026-11-21 02:00:00,123 fail2ban.utils          [1234]: ERROR   7f12 -- exec: mail <<EOF"
        _ = parser.parse(Array(opening.utf8)[...], readAt: readAt)
        let parsed = parser.parse(Array(forged.utf8)[...], readAt: readAt)
        #expect(parsed == .refused(reason: reason))
    }

    @Test func `a line of fail2ban's own form among syslog's counts only as the form says`() {
        #expect(parse(Self.plain, in: .syslog) == .unrelated)
        #expect(verdict(parse(Self.plain, in: .plain)) == "record")
    }
}

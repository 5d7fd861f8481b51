import BanModel
import Testing

@testable import Fail2Ban

private let moment = Timestamp(microseconds: 1_795_226_400_123_000)  // 2026-11-21 02:00:00,123 UTC
private let start = "2026-11-21 02:00:00,123 fail2ban.actions        [1234]: NOTICE  "

func address(_ text: String) throws -> Address { try Address(text) }
func jail(_ name: String) throws -> Jail { try #require(Jail(name)) }

private func parse(_ lines: String..., readAt: Timestamp = moment) -> ParsedLine {
    parse(lines, readAt: readAt).last ?? .unrelated
}

private func parse(_ lines: [String], readAt: Timestamp = moment) -> [ParsedLine] {
    var parser = LogParser(clock: .utc)
    return lines.map { parser.parse(Array($0.utf8)[...], readAt: readAt) }
}

@Suite struct LogParserTests {
    @Test(arguments: [
        "2026-11-21 02:00:00,123 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00.123 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.actions[1234]: NOTICE [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.actions: WARNING [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.actions[7]: WARNING [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.actions        : NOTICE  [sshd] Ban 192.0.2.1",
    ])
    func `a ban is understood as every version writes it`(line: String) throws {
        #expect(
            parse(line)
                == .record(LogRecord(time: moment, event: .jail(try jail("sshd"), .banned(try address("192.0.2.1"))))))
    }

    static var messages: [(String, LogRecord.JailEvent)] {
        get throws {
            let one = try Address("192.0.2.1"), six = try Address("2001:db8::1"), net = try Address("198.51.100.0/24")
            return [
                ("NOTICE  [sshd] Ban 2001:DB8::0:1", .banned(six)),
                ("NOTICE  [sshd] Ban 198.51.100.0/24", .banned(net)),
                ("NOTICE  [sshd] Restore Ban 192.0.2.1", .restored(one)),
                ("NOTICE  [sshd] Unban 192.0.2.1", .unbanned(one)),
                ("WARNING [sshd] Unban 192.0.2.1", .unbanned(one)),
                ("NOTICE  [sshd] Repeal Ban 192.0.2.1", .repealed(one)),
                ("DEBUG   [sshd] 192.0.2.1 already banned", .bannedAlready(one)),
                ("INFO    [sshd] 192.0.2.1 already banned", .bannedAlready(one)),
                ("NOTICE  [sshd] 192.0.2.1 already banned", .bannedAlready(one)),
                ("WARNING [sshd] 2001:db8::1 already banned", .bannedAlready(six)),
                ("NOTICE  [sshd] Unban 0.0.0.0/0", .unbanned(try Address("0.0.0.0/0"))),
            ]
        }
    }

    @Test(arguments: try messages)
    func `what the actions say is understood`(message: String, event: LogRecord.JailEvent) throws {
        let line = "2026-11-21 02:00:00,123 fail2ban.actions        [1234]: \(message)"
        #expect(parse(line) == .record(LogRecord(time: moment, event: .jail(try jail("sshd"), event))))
    }

    @Test(arguments: [
        ("(2 # 1:00:00 -> 2026-11-21 03:00:00)", Timestamp.seconds(1_795_230_000)),
        ("(13 # 1 day, 2:00:00 -> 2026-11-22 04:00:00)", .seconds(1_795_320_000)),
        ("(1 # 1w 2d -> 2026-11-22 04:00:00)", .seconds(1_795_320_000)), ("(3 # permanent -> infinite)", .forever),
        ("(3 # 1000w -> 9999-12-31 23:59:59)", .forever),
    ])
    func `the observer's word carries the true end`(end: String, until: Timestamp) throws {
        let line = "2026-11-21 02:00:00,123 fail2ban.observer       [1234]: NOTICE  [a.b] Increase Ban 192.0.2.1 \(end)"
        let event = LogRecord.JailEvent.increased(try address("192.0.2.1"), until: until)
        #expect(parse(line) == .record(LogRecord(time: moment, event: .jail(try jail("a.b"), event))))
    }

    @Test(arguments: [
        ("server         ", "Shutdown in progress...", LogRecord.Event.serverStopping),
        ("server         ", "Stopping all jails", .serverStopping),
        ("server         ", "Starting Fail2ban v1.0.2", .serverStarting),
        ("server         ", "Starting Fail2ban v1.1.1.dev1", .serverStarting),
    ])
    func `the server's stop and start are understood`(logger: String, message: String, event: LogRecord.Event) {
        let line = "2026-11-21 02:00:00,123 fail2ban.\(logger)[1234]: INFO    \(message)"
        #expect(parse(line) == .record(LogRecord(time: moment, event: event)))
    }

    @Test func `a jail's stop and start are understood`() throws {
        let prefix = "2026-11-21 02:00:00,123 fail2ban.jail           [1234]: INFO    "
        let sshd = try jail("sshd")
        #expect(parse(prefix + "Jail 'sshd' started") == .record(LogRecord(time: moment, event: .jail(sshd, .started))))
        #expect(parse(prefix + "Jail 'sshd' stopped") == .record(LogRecord(time: moment, event: .jail(sshd, .stopped))))
        #expect(
            parse(prefix + "Jail u'sshd' started") == .record(LogRecord(time: moment, event: .jail(sshd, .started))))
    }

    @Test(arguments: [
        "", " ", "[sshd] Ban 192.0.2.1", "NOTICE  [sshd] Ban 192.0.2.1", " \(start)[sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.filter         [1234]: INFO    [sshd] Found 192.0.2.1 - 2026-11-21 02:00:00",
        "2026-11-21 02:00:00,123 fail2ban.filter         [1234]: INFO    [sshd] Attempt 192.0.2.1 - 2026-11-21 02:00:00",
        "2026-11-21 02:00:00,123 fail2ban.filter         [1234]: NOTICE  [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.actions        [1234]: ERROR   [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.actionsx       [1234]: NOTICE  [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.action         [1234]: NOTICE  [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.utils          [1]: ERROR   7f -- stderr: '[sshd] Ban 192.0.2.1'",
        "2026-11-21 02:00:00,123 fail2ban.utils          [1]: ERROR   7f -- exec: x\(start)[sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 myfail2ban.actions      [1234]: NOTICE  [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.actions        [12a4]: NOTICE  [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1",
        "\(start)[sshd] Reban 192.0.2.1, action 'x'", "\(start)[sshd] Flush ticket(s) with nft",
        "\(start) [sshd] Ban 192.0.2.1",
        "\(start)\u{1B}[0m[sshd] Ban 192.0.2.1", "\(start)[sshd]  Ban 192.0.2.1", "\(start)[sshd] ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.observer       [1]: NOTICE  [sshd] Ban 192.0.2.1",
        "2026-11-21 02:00:00,123 fail2ban.actions        [1]: NOTICE  [sshd] Increase Ban 192.0.2.1 (1 # permanent -> infinite)",
        "2026-11-21 02:00:00,123 fail2ban.server         [1]: INFO    Stopping all jails, says mallory",
        "2026-11-21 02:00:00,123 fail2ban.server         [1]: INFO    Starting Fail2ban v1 and more",
        "2026-11-21 02:00:00,123 fail2ban.filter         [1]: INFO    Stopping all jails",
        "2026-11-21 02:00:00,123 fail2ban.server         [1]: INFO    Jail 'sshd' stopped",
        "2026-11-21 02:00:00,123 fail2ban.jail           [1]: INFO    Jail 'sshd' stopped now",
    ])
    func `text in other lines never counts`(line: String) { #expect(parse(line) == .unrelated) }

    @Test(arguments: [
        ("[sshd] Ban 010.1.1.1", #"not an IPv4 or IPv6 address: "010.1.1.1""#),
        ("[sshd] Ban 1.2.3", #"not an IPv4 or IPv6 address: "1.2.3""#),
        ("[sshd] Ban 0x7f.1", #"not an IPv4 or IPv6 address: "0x7f.1""#),
        ("[sshd] Ban ::ffff:127.0.0.1", #"an IPv4 address in IPv6 notation: "::ffff:127.0.0.1""#),
        ("[sshd] Ban bad.example.com", #"not an IPv4 or IPv6 address: "bad.example.com""#),
        ("[sshd] Ban ", #"not an IPv4 or IPv6 address: """#),
        ("[sshd] Ban 192.0.2.1\r", #"not an IPv4 or IPv6 address: "192.0.2.1\x0D""#),
        ("[sshd] Ban 192.0.2.1\0", #"not an IPv4 or IPv6 address: "192.0.2.1\x00""#),
        ("[sshd] Ban \u{1B}[2J\"\\é", #"not an IPv4 or IPv6 address: "\x1B[2J\x22\x5C\xC3\xA9""#),
        ("[sshd] Ban 192.0.2.1 ", #"not an IPv4 or IPv6 address: "192.0.2.1 ""#),
        ("[sshd] Ban 192.0.2.1, sent by mallory", #"not an IPv4 or IPv6 address: "192.0.2.1, sent by mallory""#),
        ("[sshd] Ban 192.0.2.1 already banned", #"not an IPv4 or IPv6 address: "192.0.2.1 already banned""#),
        ("[sshd] Unban host.example", #"not an IPv4 or IPv6 address: "host.example""#),
        ("[sshd] mallory already banned", #"not an IPv4 or IPv6 address: "mallory""#),
        ("[sshd x] Ban 192.0.2.1", #"not a jail's name: "sshd x""#), ("[] Ban 192.0.2.1", #"not a jail's name: """#),
        ("[sshd] Ban 0.0.0.0/0", "a network wider than /16: 0.0.0.0/0"),
        ("[sshd] Ban 127.0.0.1", "a loopback address: 127.0.0.1"),
        ("[sshd] Restore Ban ::1", "a loopback address: ::1"),
    ])
    func `a refused line says why`(message: String, reason: String) {
        #expect(parse(start + message) == .refused(reason: reason))
    }

    @Test func `a quotation is bounded`() {
        guard case .refused(let reason) = parse("\(start)[sshd] Ban \(String(repeating: "\u{1}x", count: 5000))") else {
            Issue.record("taken")
            return
        }
        #expect(reason.utf8.count < 120)
        #expect(reason.hasSuffix(#"..."#))
    }

    @Test(arguments: [
        "2026-13-21 02:00:00", "2026-00-21 02:00:00", "2026-02-29 02:00:00", "2026-11-31 02:00:00",
        "2026-11-21 24:00:00",
        "2026-11-21 02:60:00", "2026-11-21 02:00:60", "1969-12-31 23:59:59",
    ])
    func `a time that no calendar has is refused`(time: String) {
        let line = "\(time),123 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1"
        #expect(parse(line) == .refused(reason: "a time that no calendar has"))
    }

    @Test(arguments: [
        "(x # 1:00:00 -> 2026-11-21 03:00:00)", "(2 # 1:00:00 -> 2026-13-21 03:00:00)", "(2 # 1:00:00 -> soon)",
        "(2 # 1:00:00 -> 2026-11-21 03:00:00) ", "(2 # -> 2026-11-21 03:00:00)", "",
    ])
    func `an increase without a sound end is refused`(end: String) {
        let line = "2026-11-21 02:00:00,123 fail2ban.observer       [1]: NOTICE  [sshd] Increase Ban 192.0.2.1 \(end)"
        guard case .refused(let reason) = parse(line) else {
            Issue.record("taken")
            return
        }
        #expect(reason.hasPrefix("an end that makes no sense"))
    }

    @Test func `a line that is not UTF-8 or too long is refused`() {
        var parser = LogParser(clock: .utc)
        let latin = Array("\(start)[sshd] Ban 192.0.2.1".utf8) + [0xE9]
        guard case .refused = parser.parse(latin[...], readAt: moment) else {
            Issue.record("latin-1 was taken")
            return
        }
        let long = [UInt8](repeating: 0x20, count: 65_537)
        let tooLong = parser.parse(long[...], readAt: moment)
        #expect(tooLong == .refused(reason: "a line of 65537 bytes"))
        let longest = parser.parse(long.dropLast(), readAt: moment)
        #expect(longest == .unrelated)
    }

    @Test func `a forged line inside another message does not count`() {
        let forged = "2026-11-21 02:00:00,123 fail2ban.actions        [666]: NOTICE  [sshd] Ban 192.0.2.1"
        let opening = "2026-11-21 02:00:00,123 fail2ban.utils          [1234]: ERROR   7f12 -- exec: mail <<EOF"
        let genuine = "2026-11-21 02:00:00,124 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1"
        let parsed = parse([opening, forged, "more text", forged, genuine, forged])
        let refusal = ParsedLine.refused(reason: #"within another process's message: "[sshd] Ban 192.0.2.1""#)
        #expect(Array(parsed[..<4]) == [.unrelated, refusal, .unrelated, refusal])
        for parsed in parsed[4...] {
            guard case .record = parsed else {
                Issue.record("\(parsed): the message was over")
                continue
            }
        }
    }

    @Test func `a server that died in the middle of a message is heard again`() {
        let opening = "2026-11-21 02:00:00,123 fail2ban.utils          [1234]: ERROR   7f12 -- exec: mail <<EOF"
        let next = "2026-11-21 02:00:00,123 fail2ban.actions        [1235]: NOTICE  [sshd] Ban 192.0.2.1"
        let parsed = parse([opening] + Array(repeating: next, count: 65))
        guard case .refused = parsed[64], case .record = parsed[65] else {
            Issue.record("\(parsed[64]), \(parsed[65])")
            return
        }
    }
}

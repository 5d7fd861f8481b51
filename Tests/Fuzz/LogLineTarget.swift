internal import BanModel

@testable internal import Fail2Ban

/// A log as a file: fail2ban's own, or syslog's, which its first line tells.
enum LogLineTarget: FuzzTarget {
    static let name = "logline"

    static func run(_ bytes: [UInt8]) {
        let lines = lines(of: bytes)
        for clock in [LocalClock.utc, .local] {
            var form = LogForm(firstLine: lines[0].prefix(512))
            var parser = LogParser(clock: clock, host: "web1")
            for line in lines {
                form = form.form(at: line)
                check(parser.parse(line, in: form, readAt: .seconds(1_800_000_000)), of: line)
            }
        }
    }

    private static func check(_ parsed: ParsedLine, of line: ArraySlice<UInt8>) {
        switch parsed {
        case .unrelated: break
        case .refused(let reason): requirePlainReason(reason, "a line of the log")
        case .record(let record):
            let words = ["fail2ban."] + (record.event.jail.map { [$0.name] } ?? [])
            for word in words where !line.holds(word) { fatalError("\(record) of a line without \(word)") }
            if let address = record.event.harmed, let reason = NeverBanned.reason(address) {
                fatalError("\(record): \(reason)")
            }
            checkAgain(record)
        }
    }

    /// As fail2ban writes it, it says the same.
    private static func checkAgain(_ record: LogRecord) {
        // To milliseconds, as they are written.
        let time = Timestamp(microseconds: record.time.microseconds / 1000 * 1000)
        guard (0..<253_402_300_800_000_000).contains(time.microseconds), let text = record.event.text else { return }
        var parser = LogParser(clock: .utc, host: "web1")
        let line = "\(time.civil),\(time.milliseconds) fail2ban.\(text)"
        let again = parser.parse(Array(line.utf8)[...], readAt: .seconds(1_800_000_000))
        requireSame(again, as: .record(LogRecord(time: time, event: record.event)), line)
    }
}

extension ArraySlice<UInt8> {
    fileprivate func holds(_ word: String) -> Bool {
        let word = Array(word.utf8)
        return indices.contains { self[$0...].starts(with: word) }
    }
}

extension Timestamp {
    /// `2026-11-21 09:11:24`
    fileprivate var civil: String { String("\(self)".prefix(19)).replacing("T", with: " ") }

    /// Three digits.
    fileprivate var milliseconds: Substring { "\(self)".dropFirst(20).prefix(3) }
}

extension LogRecord.Event {
    fileprivate var jail: Jail? { if case .jail(let jail, _) = self { jail } else { nil } }

    /// Whom it bans.
    fileprivate var harmed: Address? {
        switch self {
        case .jail(_, .banned(let address)), .jail(_, .restored(let address)), .jail(_, .increased(let address, _)):
            address
        default: nil
        }
    }

    /// From the logger's name on; nil where it tells an end that a calendar does not show.
    fileprivate var text: String? {
        switch self {
        case .serverStarting: "server [1]: INFO Starting Fail2ban v1.1.0"
        case .serverStopping: "server [1]: INFO Shutdown in progress..."
        case .jail(let jail, let event): event.text(in: jail)
        }
    }
}

extension LogRecord.JailEvent {
    fileprivate func text(in jail: Jail) -> String? {
        switch self {
        case .banned(let address): "actions [1]: NOTICE [\(jail)] Ban \(address)"
        case .restored(let address): "actions [1]: NOTICE [\(jail)] Restore Ban \(address)"
        case .unbanned(let address): "actions [1]: NOTICE [\(jail)] Unban \(address)"
        case .repealed(let address): "actions [1]: NOTICE [\(jail)] Repeal Ban \(address)"
        case .bannedAlready(let address): "actions [1]: INFO [\(jail)] \(address) already banned"
        case .started: "jail [1]: INFO Jail '\(jail)' started"
        case .stopped: "jail [1]: INFO Jail '\(jail)' stopped"
        case .increased(let address, until: .forever):
            "observer [1]: NOTICE [\(jail)] Increase Ban \(address) (2 # permanent -> infinite)"
        case .increased(let address, let until):
            until < .seconds(0)
                ? nil : "observer [1]: NOTICE [\(jail)] Increase Ban \(address) (2 # 1:00:00 -> \(until.civil))"
        }
    }
}

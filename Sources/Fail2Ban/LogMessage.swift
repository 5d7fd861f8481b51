internal import BanModel

/// The messages that matter, by the logger that writes them.
enum LogMessage {
    enum Reading {
        case event(LogRecord.Event)
        case unrelated
        case refused(String)
    }

    /// `[jail] Ban 192.0.2.1` and its kin: NOTICE (WARNING in 0.8).
    static func ofActions(_ message: ArraySlice<UInt8>, _ level: LogPrefix.Level) -> Reading {
        var scanner = ByteScanner(message)
        guard scanner.take("["), let name = scanner.text(upTo: "]"), scanner.take(" ") else { return .unrelated }
        let isLoud = level == .notice || level == .warning
        let makeEvent: (Address) -> LogRecord.JailEvent
        var mayHarm = false
        if isLoud, scanner.take("Ban ") {
            makeEvent = LogRecord.JailEvent.banned
            mayHarm = true
        } else if isLoud, scanner.take("Unban ") {
            makeEvent = LogRecord.JailEvent.unbanned
        } else if isLoud, scanner.take("Restore Ban ") {
            makeEvent = LogRecord.JailEvent.restored
            mayHarm = true
        } else if isLoud, scanner.take("Repeal Ban ") {
            makeEvent = LogRecord.JailEvent.repealed
        } else {
            return ofBannedAlready(name, scanner.rest)
        }
        return reading(name, scanner.rest, mayHarm: mayHarm, makeEvent)
    }

    /// `[jail] 192.0.2.1 already banned`: any level up to WARNING, by how long ago the ban was.
    private static func ofBannedAlready(_ name: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Reading {
        let ending = Array(" already banned".utf8)
        guard text.suffix(ending.count) == ending[...] else { return .unrelated }
        return reading(name, text.dropLast(ending.count), mayHarm: false, LogRecord.JailEvent.bannedAlready)
    }

    /// `[jail] Increase Ban 192.0.2.1 (2 # 1:00:00 -> 2026-11-21 03:00:00)`, or `permanent -> infinite`.
    static func ofObserver(_ message: ArraySlice<UInt8>, _ clock: inout LocalClock, seen: Timestamp) -> Reading {
        var scanner = ByteScanner(message)
        guard scanner.take("["), let name = scanner.text(upTo: "]"), scanner.take(" Increase Ban ") else {
            return .unrelated
        }
        guard let address = scanner.text(upTo: " "), scanner.take("("), scanner.number() != nil, scanner.take(" # "),
            let until = end(&scanner, &clock, seen), scanner.take(")"), scanner.isAtEnd
        else { return .refused("an end that makes no sense: \(quotation(message))") }
        return reading(name, address, mayHarm: true) { .increased($0, until: until) }
    }

    /// `1:00:00 -> 2026-11-21 03:00:00` or `permanent -> infinite`.
    private static func end(
        _ scanner: inout ByteScanner, _ clock: inout LocalClock, _ seen: Timestamp
    ) -> Timestamp? {
        if scanner.take("permanent -> infinite") { return .forever }
        let duration = scanner.prefix { byte in
            (byte &- 0x30) < 10 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || [UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: ".")].contains(byte)
        }
        guard (2...64).contains(duration.count), scanner.take("-> "), let civil = scanner.dateAndTime(),
            let seconds = clock.seconds(civil, seen: seen)
        else { return nil }
        return civil.year == 9999 ? .forever : .seconds(seconds)  // as far as fail2ban's calendar goes
    }

    /// `[jail] Found ID - 2026-11-21 02:00:00`, `[jail] Ignore ID by ip`: whether the ID is no address.
    static func isOfText(_ message: ArraySlice<UInt8>) -> Bool {
        var scanner = ByteScanner(message)
        guard scanner.take("["), scanner.text(upTo: "]") != nil,
            scanner.take(" Found ") || scanner.take(" Attempt ") || scanner.take(" Ignore ")
        else { return false }
        guard let id = scanner.text(upTo: " ") else { return true }
        return (try? Address(utf8: id)) == nil
    }

    /// `Jail 'sshd' started`, `Jail 'sshd' stopped`; Python 2 could write `u'sshd'`.
    static func ofJail(_ message: ArraySlice<UInt8>) -> Reading {
        var scanner = ByteScanner(message)
        guard scanner.take("Jail '") || scanner.take("Jail u'"), let name = scanner.text(upTo: "'") else {
            return .unrelated
        }
        let event: LogRecord.JailEvent
        if scanner.take(" started") {
            event = .started
        } else if scanner.take(" stopped") {
            event = .stopped
        } else {
            return .unrelated
        }
        guard scanner.isAtEnd else { return .unrelated }
        guard let jail = jail(name) else { return .refused(notAJail(name)) }
        return .event(.jail(jail, event))
    }

    static func ofServer(_ message: ArraySlice<UInt8>) -> Reading {
        var scanner = ByteScanner(message)
        if scanner.take("Shutdown in progress...") || scanner.take("Stopping all jails") {
            return scanner.isAtEnd ? .event(.serverStopping) : .unrelated
        }
        guard scanner.take("Starting Fail2ban v") else { return .unrelated }
        let version = scanner.rest
        let isVersion = (1...32).contains(version.count) && version.allSatisfy { (0x21..<0x7F).contains($0) }
        return isVersion ? .event(.serverStarting) : .unrelated
    }

    private static func reading(
        _ name: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>, mayHarm: Bool,
        _ makeEvent: (Address) -> LogRecord.JailEvent
    ) -> Reading {
        guard let jail = jail(name) else { return .refused(notAJail(name)) }
        do {
            let address = try Address(utf8: text)
            if mayHarm, let reason = NeverBanned.reason(address) { return .refused("\(reason): \(address)") }
            return .event(.jail(jail, makeEvent(address)))
        } catch {
            return .refused("\(error): \(quotation(text))")
        }
    }

    private static func jail(_ name: ArraySlice<UInt8>) -> Jail? { Jail(String(decoding: name, as: UTF8.self)) }

    private static func notAJail(_ name: ArraySlice<UInt8>) -> String { "not a jail's name: \(quotation(name))" }
}

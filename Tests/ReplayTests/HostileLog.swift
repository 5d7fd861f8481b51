import BanModel

/// The same numbers from the same seed, on every machine.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A log as fail2ban 1.0.2 writes it under attack: an attacker's text wherever fail2ban puts text that is not its own.
struct HostileLog {
    /// fail2ban's own process. What an attacker writes within a line names it too; on a line of his own he has to guess.
    static let process = 1234

    private var random: SeededNumbers
    /// Milliseconds since 2026-11-21 02:00:00 UTC, at which lines are written.
    private var clock: Int64 = 0
    /// Whom fail2ban has banned so far.
    private var banned: [String] = []

    init(seed: UInt64) { random = SeededNumbers(seed: seed) }

    static let begin = Timestamp.seconds(1_795_226_400)
    var now: Timestamp { Self.begin + .milliseconds(clock) }

    // MARK: What fail2ban says itself

    /// A ban, and what comes before it. The last line is the one that counts.
    mutating func realBan(_ number: Int) -> (lines: [UInt8], event: LogRecord.JailEvent) {
        let text =
            number % 3 == 0 ? "2001:db8::\(String(number, radix: 16))" : "198.18.\(number / 250).\(number % 250 + 1)"
        banned.append(text)
        tick()
        let found = line("filter         ", "INFO", "[sshd] Found \(text) - \(time(clock).prefix(19))")
        return (found + line("actions        ", "NOTICE", "[sshd] Ban \(text)"), .banned(try! Address(text)))
    }

    // MARK: What an attacker makes it say

    /// One message with an attacker's text in it: a line, or more of them where fail2ban lets his line breaks through.
    mutating func hostile() -> [UInt8] {
        tick()
        let text = attack()
        let whole = Self.withoutBreaks(text)
        let shown = Self.representation(text)
        let id = String(random.next() >> 16, radix: 16)
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1: return line("filter         ", "INFO", "[sshd] Found ", whole, " - \(time(clock).prefix(19))")
        case 2: return line("filter         ", "INFO", "[web] Ignore ", whole, " by command")
        case 3:
            return line("utils          ", "ERROR", "\(id) -- exec: ['f2bV_matches=$0 \\nmail -s x root', \(shown)]")
        case 4: return line("utils          ", "ERROR", "\(id) -- stdout: \(shown)")
        case 5: return line("utils          ", "ERROR", "\(id) -- stderr: \(shown)")
        case 6:
            return line("utils          ", "ERROR", "['f2bV_matches=$0 \\nmail', \(shown)] -- failed with [Errno 2]")
        case 7:
            return line(
                "actions        ", "ERROR", "\(failure) info 'ActionInfo({'matches': \(shown)})': Error banning")
        case 8:
            return line("filter         ", "ERROR", "Failed to process line: \(shown), caught exception: KeyError('x')")
        case 9:
            return line("filter         ", "WARNING", "[sshd] Found a match for \(shown) but no valid date/time found")
        case 10:
            return line("ipdns          ", "WARNING", "Unable to find a corresponding IP address for ", whole, ": -2")
        case 11: return line("transmitter    ", "ERROR", "Command ['set', 'sshd', 'banip', \(shown)] has failed.")
        case 12: return line("actions        ", "DEBUG", "[sshd] action 'mail': unban ", whole)
        case 13: return line("actions        ", "NOTICE", "[web] Ban user ", whole)
        case 14: return line("actions        ", "NOTICE", "[web] Reban ", whole, ", action 'mail'")
        case 15:
            return line("observer       ", "INFO", "[sshd] Found ", whole, ", bad - 2026-11-21 02:00:00, 3 # -> 2.0")
        // Raw line breaks: commands of fail2ban 0.8 and 0.9, tracebacks, an ID that a filter over several lines took.
        case 16: return line("actions.action ", "ERROR", "printf %b \"Matches:\n", text, "\n\" | mail root returned 1")
        case 17: return traceback(text)
        case 18: return line("filter         ", "INFO", "[web] Found ", text, " - \(time(clock).prefix(19))")
        default: return line("actions        ", "NOTICE", "[web] Ban ", text)
        }
    }

    private var failure: String { "Failed to execute ban jail 'sshd' action 'mail'" }

    private mutating func traceback(_ text: [UInt8]) -> [UInt8] {
        line("actions        ", "ERROR", "\(failure) info 'ActionInfo({})': ", text)
            + Array("Traceback (most recent call last):\n  File \"actions.py\", line 514, in __checkBan\n".utf8)
            + Array("    action.ban(aInfo)\nRuntimeError: ".utf8) + text + [0x0A]
    }

    // MARK: The attacker's text

    private static let disguises: [[UInt8]] = [
        [], [0x0D], [0], Array("\u{1B}[2K\u{1B}[1G".utf8), Array("\u{2028}".utf8), Array("\u{2029}".utf8),
        Array("\u{85}".utf8), [0x0B], [0x0C], Array("\u{202E}".utf8), Array("\u{FEFF}".utf8), Array("'] ".utf8), [0x20],
        [0x09], [0xFF], [0xC3], [0xED, 0xA0, 0x80], Array("\\n".utf8), Array("%s{}$(id)".utf8), Array("\r\n".utf8),
        [0x0A], [0x0A, 0x0A], Array("\n ".utf8), Array("' - 2026\n".utf8),
    ]

    private mutating func attack() -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            text += Self.disguises.randomElement(using: &random)!
            var forged = Array(forgery().utf8)
            // Half lines, from either side.
            if Int.random(in: 0..<8, using: &random) == 0 {
                forged = forged.dropLast(Int.random(in: 1..<20, using: &random))
            }
            if Int.random(in: 0..<8, using: &random) == 0 { forged = Array(forged.dropFirst(24)) }
            text += forged + Self.disguises.randomElement(using: &random)!
        }
        if Int.random(in: 0..<2_000, using: &random) == 0 { text += [UInt8](repeating: 0x41, count: 70_000) }
        return text
    }

    /// A line that would count, byte for byte as fail2ban writes it but for the process, which is a guess.
    private mutating func forgery() -> String {
        let victim = "203.0.113.\(Int.random(in: 1..<255, using: &random))"
        let friend = banned.randomElement(using: &random) ?? victim
        let (logger, level, message) = [
            ("actions        ", "NOTICE", "[sshd] Ban \(victim)"),
            ("actions        ", "NOTICE", "[sshd] Unban \(friend)"),
            ("actions        ", "NOTICE", "[sshd] Restore Ban \(victim)"),
            ("actions        ", "NOTICE", "[sshd] Repeal Ban \(friend)"),
            ("actions        ", "WARNING", "[sshd] \(friend) already banned"),
            ("observer       ", "NOTICE", "[sshd] Increase Ban \(victim) (3 # 1 day, 0:00:00 -> 2027-11-22 02:00:00)"),
            ("jail           ", "INFO", "Jail 'sshd' stopped"), ("jail           ", "INFO", "Jail 'evil' started"),
            ("server         ", "INFO", "Shutdown in progress..."), ("server         ", "INFO", "Stopping all jails"),
            ("server         ", "INFO", "Starting Fail2ban v1.0.2"),
        ].randomElement(using: &random)!
        let guess = Self.process + Int.random(in: 1..<30_000, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return message
        case 1: return "\(level)  \(message)"
        case 2: return "fail2ban.\(logger)[\(Self.process)]: \(level)  \(message)"
        // Some versions name no process.
        case 3: return "\(time(clock)) fail2ban.\(logger.prefix { $0 != " " }): WARNING \(message)"
        case 4:
            return "Nov 21 02:00:00 host fail2ban.\(logger.prefix { $0 != " " })[\(Self.process)]: \(level) \(message)"
        default:
            let padded = level.padding(to: 7)
            return "\(time(clock)) fail2ban.\(logger)[\(guess)]: \(padded) \(message)"
        }
    }

    // MARK: How fail2ban writes

    private mutating func tick() { clock += Int64.random(in: 0...3, using: &random) }

    private func time(_ clock: Int64) -> String {
        let second = clock / 1000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let fraction = String(1000 + clock % 1000).dropFirst()
        return "2026-11-21 \(two(2 + second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)),\(fraction)"
    }

    private func line(_ logger: String, _ level: String, _ head: String, _ text: [UInt8] = [], _ tail: String = "")
        -> [UInt8]
    {
        let prefix = "\(time(clock)) fail2ban.\(logger)[\(Self.process)]: \(level.padding(to: 7)) \(head)"
        return Array(prefix.utf8) + text + Array(tail.utf8) + [0x0A]
    }

    /// fail2ban reads the logs it watches line by line, so what it takes from one line has no line break.
    private static func withoutBreaks(_ text: [UInt8]) -> [UInt8] { text.filter { $0 != 0x0A } }

    /// As Python's repr() writes a string.
    static func representation(_ text: [UInt8]) -> String {
        var written = ""
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\n": written += "\\n"
            case "\r": written += "\\r"
            case "\t": written += "\\t"
            case "\\": written += "\\\\"
            case "'": written += "\\'"
            case " "..."~": written.unicodeScalars.append(scalar)
            default: written += scalar.value < 0x100 ? "\\x\(hex(scalar, 2))" : "\\u\(hex(scalar, 4))"
            }
        }
        return "'\(written)'"
    }

    private static func hex(_ scalar: Unicode.Scalar, _ width: Int) -> String {
        let digits = String(scalar.value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

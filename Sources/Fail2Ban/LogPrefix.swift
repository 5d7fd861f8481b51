/// What stands before the message in a line of fail2ban's log, versions 0.8 to 1.1.
///
/// `2026-11-21 02:00:00,123 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1`
struct LogPrefix {
    enum Logger {
        case actions, observer, server, jail
        /// Those that write the commands of actions into the log, as they are.
        case commands
        case other
    }
    enum Level { case debug, info, notice, warning, error, critical }

    let stamp: LogStamp
    let logger: Logger
    /// nil where the version writes none.
    let process: Int?
    let level: Level
    let message: ArraySlice<UInt8>

    /// nil for a line that does not begin as the lines of fail2ban's own file do.
    init?(_ line: ArraySlice<UInt8>) {
        var scanner = ByteScanner(line)
        guard let civil = scanner.dateAndTime(), scanner.take(",", or: "."),
            let milliseconds = scanner.number(digits: 3), scanner.take(" ")
        else { return nil }
        self.init(&scanner, .local(civil, microseconds: Int64(milliseconds) * 1000))
    }

    /// What stands behind a time, or where a time would stand; nil where that is no logger's name of fail2ban's.
    init?(withoutTime text: ArraySlice<UInt8>, writtenAt stamp: LogStamp) {
        var scanner = ByteScanner(text)
        self.init(&scanner, stamp)
    }

    /// The tag and the message of a line of syslog's; nil where the tag is not exactly one of fail2ban's.
    init?(syslog prefix: SyslogPrefix) {
        self.init(withoutTime: prefix.rest, writtenAt: prefix.stamp)
        // Beginning with the tag, so with no blank before the process.
        guard process != nil, !prefix.rest.prefix(while: { $0 != UInt8(ascii: "[") }).contains(0x20) else { return nil }
    }

    /// What the journal tells in fields of their own; nil where the logger is none of fail2ban's.
    init?(logger name: ArraySlice<UInt8>, process: Int?, level: Level, message: ArraySlice<UInt8>, stamp: LogStamp) {
        var scanner = ByteScanner(name)
        guard let logger = Self.logger(&scanner), scanner.isAtEnd else { return nil }
        self.stamp = stamp
        self.logger = logger
        self.process = process
        self.level = level
        self.message = message
    }

    /// From the logger's name on.
    private init?(_ scanner: inout ByteScanner, _ stamp: LogStamp) {
        guard let logger = Self.logger(&scanner) else { return nil }
        let padding = scanner.prefix { $0 == UInt8(ascii: " ") }
        guard padding.count <= Self.widestPadding else { return nil }
        var process: Int?
        if scanner.take("[") {
            guard let number = Self.process(&scanner), scanner.take("]") else { return nil }
            process = number
        }
        guard scanner.take(": "), let level = Self.level(&scanner), scanner.take(" ") else { return nil }
        self.stamp = stamp
        self.logger = logger
        self.process = process
        self.level = level
        message = scanner.rest
    }

    /// A process's number: 1 to 10 digits.
    static func process(_ scanner: inout ByteScanner) -> Int? {
        let digits = scanner.prefix { ($0 &- 0x30) < 10 }
        guard (1...10).contains(digits.count) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }

    /// The level's name and a blank, and what follows them; nil where there is none.
    static func level(of text: ArraySlice<UInt8>) -> (level: Level, message: ArraySlice<UInt8>)? {
        var scanner = ByteScanner(text)
        guard let level = level(&scanner), scanner.take(" ") else { return nil }
        return (level, scanner.rest)
    }

    /// `fail2ban`, `fail2ban.actions`
    private static func logger(_ scanner: inout ByteScanner) -> Logger? {
        guard scanner.take("fail2ban") else { return nil }
        guard scanner.take(".") else { return .other }
        let name = scanner.prefix { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: ".")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return name.isEmpty ? nil : logger(name)
    }

    /// `%-24s` of the shortest name, and of a longer one that a later version may have.
    private static let widestPadding = 24

    private static func logger(_ name: ArraySlice<UInt8>) -> Logger {
        func isName(_ wanted: StaticString) -> Bool {
            var scanner = ByteScanner(name)
            return scanner.take(wanted) && scanner.isAtEnd
        }
        switch name.first {
        case UInt8(ascii: "a") where isName("actions"): return .actions
        // 0.8 and 0.9; the name of the class since; 0.10 and later.
        case UInt8(ascii: "a") where isName("action") || isName("actions.action"): return .commands
        case UInt8(ascii: "C") where isName("CommandAction"): return .commands
        case UInt8(ascii: "u") where isName("utils"): return .commands
        case UInt8(ascii: "o") where isName("observer"): return .observer
        case UInt8(ascii: "s") where isName("server"): return .server
        case UInt8(ascii: "j") where isName("jail"): return .jail
        default: return .other
        }
    }

    /// The level's name, and the blanks that fill it up to seven characters (six in 0.8); none with `padding=off`.
    private static func level(_ scanner: inout ByteScanner) -> Level? {
        let (level, length): (Level, Int)
        switch scanner.rest.first {
        case UInt8(ascii: "I") where scanner.take("INFO"): (level, length) = (.info, 4)
        case UInt8(ascii: "N") where scanner.take("NOTICE"): (level, length) = (.notice, 6)
        case UInt8(ascii: "W") where scanner.take("WARNING"): (level, length) = (.warning, 7)
        case UInt8(ascii: "D") where scanner.take("DEBUG"): (level, length) = (.debug, 5)
        case UInt8(ascii: "E") where scanner.take("ERROR"): (level, length) = (.error, 5)
        case UInt8(ascii: "C") where scanner.take("CRITICAL"): (level, length) = (.critical, 8)
        default: return nil
        }
        let blanks = scanner.rest.prefix { $0 == UInt8(ascii: " ") }.count
        // The messages that matter begin with no blank, so all blanks but the last one are padding.
        let padding = blanks - 1
        for width in [7, 6] where length < width && padding >= width - length {
            for _ in 0..<(width - length) { _ = scanner.take(" ") }
            break
        }
        return level
    }
}

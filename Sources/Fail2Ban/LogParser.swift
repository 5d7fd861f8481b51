public import BanModel
public import LinuxSystem

/// Reads fail2ban's log line by line: the lines of its own loggers from the first byte to the last, versions 0.8 to 1.1.
///
/// Text that an attacker gets into another line (a user name in `Found`, the output of a failed command) never counts:
/// every byte of a line that counts is fail2ban's, but for an address in canonical form and a jail's name.
public struct LogParser: Sendable {
    private var clock: LocalClock
    /// A message that may run over several lines, whose text is not fail2ban's own: who wrote it, and how much of it
    /// is still believed to come.
    private var open: (process: Int?, lines: Int)?
    /// What this host is called in lines of syslog's.
    private let host: String
    /// The journal cut a line here, so what comes next is the rest of it.
    private var isCut = false

    /// - Parameter host: what a syslog daemon calls this host, with its domain or without: other hosts' lines, which it may
    ///   write into the same file, do not count.
    public init(clock: LocalClock = .local, host: String = HostName.own) {
        self.clock = clock
        self.host = host
    }

    /// The longest line that is looked at, in bytes.
    private static let longestLine = 65_536
    /// More lines than fail2ban puts into one message; a server that died in the middle of one is heard again after it.
    private static let longestMessage = 64

    /// Reads one whole line, without the newline that ends it.
    ///
    /// - Parameters:
    ///   - form: what ``LogForm/form(at:)`` says of this line of its file.
    ///   - readAt: decides in the hour that passes twice, and on a year that is not written.
    public mutating func parse(
        _ line: ArraySlice<UInt8>, in form: LogForm = .plain, readAt: Timestamp
    ) -> ParsedLine {
        guard line.count <= Self.longestLine else {
            openUnread(line)
            return .refused(reason: "a line of \(line.count) bytes")
        }
        guard isUTF8(line) else {
            openUnread(line)
            return .refused(reason: "not UTF-8: \(quotation(line))")
        }
        switch form {
        case .plain:
            if let prefix = LogPrefix(line) { return take(prefix, readAt) }
            continueMessage()
            return refusal(of: line, "a line of syslog's in a log that fail2ban writes itself", readAt)
        case .syslog:
            guard let syslog = SyslogPrefix(line), let prefix = LogPrefix(syslog: syslog) else {
                continueMessage()
                return .unrelated
            }
            guard syslog.isWritten(on: host) else {
                return refusal(of: line, "written by another host, \(quotation(syslog.host))", readAt)
            }
            return take(prefix, readAt)
        }
    }

    /// Reads one entry of the journal: what fail2ban's own process wrote, in whatever way it got there.
    ///
    /// Everything that fail2ban's actions run is in the same unit, so the unit alone does not make an entry fail2ban's.
    public mutating func parse(_ entry: JournalEntry, readAt: Timestamp) -> ParsedLine {
        guard entry.isFromService else { return .refused(reason: "an entry of the journal that is another service's") }
        guard let transport = entry.transport else { return .unrelated }
        let wasCut = isCut
        if transport == .output { isCut = entry.isCut }
        switch entry.prefix {
        case .unrelated:
            if transport == .output { continueMessage() }
            return .unrelated
        case .refused(let reason): return .refused(reason: reason)
        case .prefix(let prefix):
            guard transport == .output else { return meaning(of: prefix, readAt) }
            guard prefix.process == entry.process else {
                continueMessage()
                return refusal(of: prefix, "another process's name on it", readAt)
            }
            guard !wasCut else {
                continueMessage()
                return refusal(of: prefix, "the rest of a line that the journal has cut", readAt)
            }
            return take(prefix, readAt)
        }
    }

    /// A line of a log where a message may be several lines.
    private mutating func take(_ prefix: LogPrefix, _ readAt: Timestamp) -> ParsedLine {
        if let open {
            guard prefix.process == open.process else {
                continueMessage()
                return refusal(of: prefix, "within another process's message", readAt)
            }
            self.open = nil
        }
        let parsed = meaning(of: prefix, readAt)
        if mayRunOver(prefix, parsed) { open = (prefix.process, Self.longestMessage) }
        return parsed
    }

    /// Commands are logged as they are, line breaks and the attacker's text in them included; tracebacks too. So is what
    /// a jail takes for an ID: where that is no address, it may be any text.
    private func mayRunOver(_ prefix: LogPrefix, _ parsed: ParsedLine) -> Bool {
        switch (parsed, prefix.logger) {
        case (.refused, .actions): true
        case (.unrelated, .actions), (.unrelated, .commands): prefix.level != .info && prefix.level != .notice
        case (.unrelated, .other): LogMessage.isOfText(prefix.message)
        default: false
        }
    }

    /// A line that is not read holds somebody else's text, and may be the first of several.
    private mutating func openUnread(_ line: ArraySlice<UInt8>) {
        guard let prefix = LogPrefix(line), open.map({ $0.process == prefix.process }) ?? true else {
            return continueMessage()
        }
        open = (prefix.process, Self.longestMessage)
    }

    private mutating func continueMessage() {
        guard let open else { return }
        self.open = open.lines > 1 ? (open.process, open.lines - 1) : nil
    }

    /// Says why a line that would count does not.
    private mutating func refusal(of prefix: LogPrefix, _ reason: String, _ readAt: Timestamp) -> ParsedLine {
        guard case .record = meaning(of: prefix, readAt) else { return .unrelated }
        return .refused(reason: "\(reason): \(quotation(prefix.message))")
    }

    private mutating func refusal(of line: ArraySlice<UInt8>, _ reason: String, _ readAt: Timestamp) -> ParsedLine {
        guard let syslog = SyslogPrefix(line), let prefix = LogPrefix(syslog: syslog) else { return .unrelated }
        return refusal(of: prefix, reason, readAt)
    }

    private mutating func meaning(of prefix: LogPrefix, _ readAt: Timestamp) -> ParsedLine {
        let reading: LogMessage.Reading
        switch (prefix.logger, prefix.level) {
        case (.actions, .debug), (.actions, .info), (.actions, .notice), (.actions, .warning):
            reading = LogMessage.ofActions(prefix.message, prefix.level)
        case (.observer, .notice): reading = LogMessage.ofObserver(prefix.message, &clock, seen: readAt)
        case (.jail, .info): reading = LogMessage.ofJail(prefix.message)
        case (.server, .info): reading = LogMessage.ofServer(prefix.message)
        default: return .unrelated
        }
        switch reading {
        case .unrelated: return .unrelated
        case .refused(let reason): return .refused(reason: reason)
        case .event(let event):
            guard let time = prefix.stamp.moment(by: &clock, readAt: readAt) else {
                return .refused(reason: "a time that no calendar has")
            }
            return .record(LogRecord(time: time, event: event))
        }
    }

    private func isUTF8(_ line: ArraySlice<UInt8>) -> Bool {
        let bits = line.withUnsafeBufferPointer { $0.reduce(0, |) }
        return bits < 0x80 || String(validating: line, as: UTF8.self) != nil
    }
}

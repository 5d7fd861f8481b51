package import BanModel

/// Reads fail2ban's log line by line: the lines of its own loggers from the first byte to the last, versions 0.8 to 1.1.
///
/// Text that an attacker gets into another line (a user name in `Found`, the output of a failed command) never counts:
/// every byte of a line that counts is fail2ban's, but for an address in canonical form and a jail's name.
package struct LogParser: Sendable {
    private var clock: LocalClock
    /// A message that may run over several lines, whose text is not fail2ban's own: who wrote it, and how much of it
    /// is still believed to come.
    private var open: (process: Int?, lines: Int)?

    package init(clock: LocalClock = .local) { self.clock = clock }

    /// The longest line that is looked at, in bytes.
    private static let longestLine = 65_536
    /// More lines than fail2ban puts into one message; a server that died in the middle of one is heard again after it.
    private static let longestMessage = 64

    /// Reads one whole line, without the newline that ends it; `readAt` decides in the hour that passes twice.
    package mutating func parse(_ line: ArraySlice<UInt8>, readAt: Timestamp) -> ParsedLine {
        guard line.count <= Self.longestLine else { return .refused(reason: "a line of \(line.count) bytes") }
        guard isUTF8(line) else { return .refused(reason: "not UTF-8: \(quotation(line))") }
        guard let prefix = LogPrefix(line) else {
            continueMessage()
            return .unrelated
        }
        if let open {
            guard prefix.process == open.process else { return foreign(prefix, readAt) }
            self.open = nil
        }
        let parsed = meaning(of: prefix, readAt)
        if parsed == .unrelated, mayRunOver(prefix) { open = (prefix.process, Self.longestMessage) }
        return parsed
    }

    /// Commands are logged as they are, line breaks and the attacker's text in them included; tracebacks too.
    private func mayRunOver(_ prefix: LogPrefix) -> Bool {
        prefix.level != .info && prefix.level != .notice && (prefix.logger == .commands || prefix.logger == .actions)
    }

    private mutating func continueMessage() {
        guard let open else { return }
        self.open = open.lines > 1 ? (open.process, open.lines - 1) : nil
    }

    /// A line of another process right behind the beginning of a message: part of that message, as far as we know.
    private mutating func foreign(_ prefix: LogPrefix, _ readAt: Timestamp) -> ParsedLine {
        continueMessage()
        guard case .record = meaning(of: prefix, readAt) else { return .unrelated }
        return .refused(reason: "within another process's message: \(quotation(prefix.message))")
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
            guard let seconds = clock.seconds(prefix.civil, seen: readAt) else {
                return .refused(reason: "a time that no calendar has")
            }
            let time = Timestamp(microseconds: seconds * 1_000_000 + Int64(prefix.milliseconds) * 1000)
            return .record(LogRecord(time: time, event: event))
        }
    }

    private func isUTF8(_ line: ArraySlice<UInt8>) -> Bool {
        let bits = line.withUnsafeBufferPointer { $0.reduce(0, |) }
        return bits < 0x80 || String(validating: line, as: UTF8.self) != nil
    }
}

internal import Glibc
internal import LinuxSystem
internal import Logging

/// Writes one line an event to standard error: `time level daemon: message key=value key="value with blanks"`.
///
/// Whatever bytes a value holds, it cannot end its line, begin another key, or steer a terminal.
struct LineLogHandler: LogHandler {
    /// The process's, which a reload changes, unless this logger was given one of its own.
    var logLevel: Logger.Level {
        get { ownLevel ?? level.withLock { $0 } }
        set { ownLevel = newValue }
    }
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let level: Guarded<Logger.Level>
    private var ownLevel: Logger.Level?
    private let clock: (@Sendable () -> timespec)?
    private let write: @Sendable (Logger.Level, String) -> Void

    /// - Parameters:
    ///   - clock: nil where whoever reads puts the time before each line, as the journal does.
    ///   - write: takes one whole line, with its end.
    init(
        label: String, level: Guarded<Logger.Level>, clock: (@Sendable () -> timespec)?,
        write: @escaping @Sendable (Logger.Level, String) -> Void
    ) {
        self.label = label
        self.level = level
        self.clock = clock
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var metadata = self.metadata
        if let provided = metadataProvider?.get() { metadata.merge(provided) { $1 } }
        if let own = event.metadata { metadata.merge(own) { $1 } }
        if let error = event.error { metadata["error"] = "\(error)" }
        var line = clock.map { Self.text(of: $0()) + " " } ?? ""
        line += "\(event.level.rawValue) \(label): \(LogText.escaped(event.message.description))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(LogText.quotedIfNeeded(key))=\(LogText.quotedIfNeeded(value.description))"
        }
        write(event.level, line + "\n")
    }

    @Sendable static func now() -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return now
    }

    /// Local time, as in fail2ban's log, to lay the two side by side; with its zone, to lay hosts side by side.
    static func text(of moment: timespec) -> String {
        var seconds = moment.tv_sec
        var parts = tm()
        localtime_r(&seconds, &parts)
        var text = ""
        func add(_ number: Int, _ count: Int, _ behind: String = "") {
            var unit = 1
            for _ in 1..<count { unit *= 10 }
            while unit > 0 {
                text.unicodeScalars.append(Unicode.Scalar(UInt8(0x30 + number / unit % 10)))
                unit /= 10
            }
            text += behind
        }
        add(Int(parts.tm_year) + 1900, 4, "-")
        add(Int(parts.tm_mon) + 1, 2, "-")
        add(Int(parts.tm_mday), 2, "T")
        add(Int(parts.tm_hour), 2, ":")
        add(Int(parts.tm_min), 2, ":")
        add(Int(parts.tm_sec), 2, ".")
        add(moment.tv_nsec / 1_000_000, 3, parts.tm_gmtoff < 0 ? "-" : "+")
        let minutes = abs(parts.tm_gmtoff) / 60
        add(minutes / 60, 2, ":")
        add(minutes % 60, 2)
        return text
    }
}

internal import Glibc
internal import LinuxSystem
internal import Logging

/// Where a daemon's log goes.
enum LogDestination {
    /// `run`: whoever started us reads standard error, and puts the time before each line where it is the journal.
    case standardError
    /// `start`: to the system's log (facility daemon), and until we are ready to `start` too.
    case systemLog

    func handler(label: String, level: Guarded<Logger.Level>) -> LineLogHandler {
        switch self {
        case .standardError:
            let hasTime = getenv("JOURNAL_STREAM") == nil
            return LineLogHandler(
                label: label, level: level, clock: hasTime ? LineLogHandler.now : nil,
                write: { _, line in StandardError.write(line) })
        case .systemLog:
            return LineLogHandler(
                label: label, level: level, clock: nil,
                write: { level, line in
                    StandardError.write(line)
                    // It has the daemon's name from us already.
                    let text = line.dropLast().replacing(" \(label):", with: ":", maxReplacements: 1)
                    SystemLog.writeAsDaemon(ident: label, level: SystemLog.Level(level), String(text))
                })
        }
    }
}

extension SystemLog.Level {
    init(_ level: Logger.Level) {
        self =
            switch level {
            case .trace, .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}

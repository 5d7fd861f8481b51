public import BanModel

/// What ``LogParser`` made of one line.
public enum ParsedLine: Hashable, Sendable {
    case record(LogRecord)
    /// A line that says nothing about bans, or not in a form that only fail2ban writes.
    case unrelated
    /// A line that looks like a ban's but must not count. The reason is short, printable ASCII.
    case refused(reason: String)
}

/// Where fail2ban logs.
public enum LogPlace: Hashable, Sendable {
    /// A file that fail2ban writes, or a syslog daemon for it.
    case file(AbsolutePath)
    /// systemd's journal.
    case journal
}

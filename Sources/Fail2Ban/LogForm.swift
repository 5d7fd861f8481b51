/// Who writes the lines of a log file: fail2ban itself, or a syslog daemon for it and for everybody else.
///
/// A file's first line tells, since nothing but whoever writes the file can be at its beginning: text from outside comes
/// in the middle of a message. What is not syslog's counts as fail2ban's own, and in such a file a line that looks like
/// syslog's never counts: it is some attacker's text.
public enum LogForm: Hashable, Sendable {
    case plain, syslog

    /// - Parameter firstLine: without its end; its first 512 bytes will do.
    public init(firstLine: ArraySlice<UInt8>) {
        self = SyslogPrefix(firstLine) == nil ? .plain : .syslog
    }

    /// The form of this line and of all that follow: a line of fail2ban's own among syslog's means that fail2ban now writes
    /// the file itself. The other way round there is no way.
    public func form(at line: ArraySlice<UInt8>) -> LogForm {
        self == .syslog && LogPrefix(line) != nil ? .plain : self
    }
}

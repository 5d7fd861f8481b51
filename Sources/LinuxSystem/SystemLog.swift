internal import CLinux

/// syslog(3).
public enum SystemLog {
    public enum Facility: Sendable {
        /// Security and authorisation.
        case auth
    }

    /// syslog's own numbers.
    public enum Level: Int32, Sendable {
        case critical = 2
        case error, warning, notice, info, debug
    }

    /// Writes one line at level notice; never waits for the system's logger, never fails.
    public static func write(ident: String, facility: Facility, _ text: String) {
        switch facility {
        case .auth: cluster_syslog_auth_notice(ident, text)
        }
    }

    /// What a daemon says of itself, with its number; the same holds.
    public static func writeAsDaemon(ident: String, level: Level, _ text: String) {
        cluster_syslog_daemon(ident, level.rawValue, text)
    }
}

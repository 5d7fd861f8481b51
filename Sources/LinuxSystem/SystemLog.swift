internal import CLinux

/// syslog(3).
package enum SystemLog {
    package enum Facility: Sendable {
        /// Security and authorisation.
        case auth
    }

    /// Writes one line at level notice; never waits for the system's logger, never fails.
    package static func write(ident: String, facility: Facility, _ text: String) {
        switch facility {
        case .auth: cluster_syslog_auth_notice(ident, text)
        }
    }
}

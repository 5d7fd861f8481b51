internal import ClusterConfiguration
internal import DaemonKit
internal import Logging
internal import MonitorDaemon

@main struct MonitorProgram: Daemon {
    static let name = "fail2ban-monitor"
    static let abstract = "Follows fail2ban's log and reports each ban and unban to the hub."
    static let discussion = """
        It runs on each host whose bans the others are to know of: it follows fail2ban's log, tells the hub of each ban and \
        each unban within milliseconds, and asks fail2ban before it believes that a ban was lifted. It keeps in statedir how \
        far the hub has taken what the log says: nothing is lost while the hub is away or this host restarts.

        The smallest configuration:
            [monitor]
            zmqreplyserver = tcp://hub.example.org:5678
        """

    static func main() { launch() }

    static func serve(
        _ section: MonitorSection, _ general: GeneralSection, _ logger: Logger,
        under supervision: inout Supervision<MonitorSection>
    ) throws {
        try MonitorService(section: section, general: general, logger: logger).run(under: &supervision)
    }
}

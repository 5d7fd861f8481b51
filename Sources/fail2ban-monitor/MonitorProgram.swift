internal import ClusterConfiguration
internal import DaemonKit
internal import LinuxSystem
internal import Logging
internal import MonitorDaemon

@main struct MonitorProgram: Daemon {
    static let name = "fail2ban-monitor"
    static let abstract = "Follows fail2ban's log and reports each ban and unban to the hub."

    static func main() { launch() }

    static func serve(
        _ section: MonitorSection, _ general: GeneralSection, _ logger: Logger, until signals: borrowing SignalWatch
    ) throws {
        try MonitorService(section: section, general: general, logger: logger).run(until: signals)
    }
}

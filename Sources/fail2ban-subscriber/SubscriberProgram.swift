internal import ClusterConfiguration
internal import DaemonKit
internal import LinuxSystem
internal import Logging
internal import SubscriberDaemon

@main struct SubscriberProgram: Daemon {
    static let name = "fail2ban-subscriber"
    static let abstract = "Hears the hub's broadcasts and makes this host's fail2ban obey them."

    static func main() { launch() }

    static func serve(
        _ section: SubscriberSection, _ general: GeneralSection, _ logger: Logger, until signals: borrowing SignalWatch
    ) throws {
        try SubscriberService(section: section, general: general, logger: logger).run(until: signals)
    }
}

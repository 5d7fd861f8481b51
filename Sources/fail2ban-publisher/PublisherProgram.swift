internal import ClusterConfiguration
internal import DaemonKit
internal import LinuxSystem
internal import Logging
internal import PublisherDaemon

@main struct PublisherProgram: Daemon {
    static let name = "fail2ban-publisher"
    static let abstract = "The hub: checks each report, acknowledges it and broadcasts it."

    static func main() { launch() }

    static func serve(
        _ section: PublisherSection, _ general: GeneralSection, _ logger: Logger, until signals: borrowing SignalWatch
    ) throws {
        try PublisherService(section: section, general: general, logger: logger).run(until: signals)
    }
}

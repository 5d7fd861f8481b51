internal import ClusterConfiguration
internal import DaemonKit
internal import Logging
internal import PublisherDaemon

@main struct PublisherProgram: Daemon {
    static let name = "fail2ban-publisher"
    static let abstract = "The hub: checks each report, acknowledges it and broadcasts it."
    static let discussion = """
        It runs on one host, the hub: monitors send it their reports (replybindurl), it checks and acknowledges them, and \
        broadcasts them to all subscribers (broadcasterbindurl).

        The smallest configuration:
            [publisher]
            replybindurl = tcp://*:5678
            broadcasterbindurl = tcp://*:5680
        """

    static func main() { launch() }

    static func serve(
        _ section: PublisherSection, _ general: GeneralSection, _ logger: Logger,
        under supervision: inout Supervision<PublisherSection>
    ) throws {
        try PublisherService(section: section, general: general, logger: logger).run(under: &supervision)
    }
}

internal import ClusterConfiguration
internal import DaemonKit
internal import Logging
internal import SubscriberDaemon

@main struct SubscriberProgram: Daemon {
    static let name = "fail2ban-subscriber"
    static let abstract = "Hears the hub's broadcasts and makes this host's fail2ban obey them."
    static let discussion = """
        It runs on each host that the others' bans are to protect: it hears the hub's broadcasts and tells this host's \
        fail2ban to ban and to free, in a jail of its own, fail2bancluster, which fail2ban must have. It keeps in statedir \
        what it has banned, and undoes only that.

        The smallest configuration:
            [subscriber]
            zmqpublisherurl = tcp://hub.example.org:5680
        """

    static func main() { launch() }

    static func serve(
        _ section: SubscriberSection, _ general: GeneralSection, _ logger: Logger,
        under supervision: inout Supervision<SubscriberSection>
    ) throws {
        try SubscriberService(section: section, general: general, logger: logger).run(under: &supervision)
    }
}

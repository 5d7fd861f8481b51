package import BanModel

/// `[subscriber]`: how this host is protected by what others report.
package struct SubscriberSection: DaemonSection {
    package static let name = "subscriber"

    /// A hub as a subscriber knows it.
    package struct Hub: Hashable, Sendable {
        /// `zmqpublisherurl`
        package var broadcast: Endpoint
        /// `zmqreplyserver`; nil: a hub of the old form, which nobody can ask.
        package var reply: Endpoint?
        /// `serverkey`, of both; nil: in the clear.
        package var key: PublicKey?
    }

    package enum Action: Hashable, Sendable {
        /// Bans nobody: writes the original's line for each message.
        case log
        case fail2banClient
        /// By the server's socket, as its client does, without a process for each call.
        case fail2banSocket
        /// Into a table of the packet filter, without fail2ban.
        case nftables
    }

    package enum TargetJail: Hashable, Sendable {
        /// All bans go to one jail that nobody else fills.
        case own(Jail)
        /// Each ban goes to the jail of the same name.
        case same
    }

    /// `fail2bancluster`: filled and emptied by the subscriber alone.
    package static let ownJail = {
        guard let jail = Jail("fail2bancluster") else { preconditionFailure() }
        return jail
    }()

    package var pidfile: AbsolutePath?
    /// At least one, in the order of preference.
    package var hubs: [Hub]
    /// `keyfile`
    package var keyFile: AbsolutePath?
    /// `zmqprefixfilter`: only messages `HOST|JAIL|…` that begin like this count.
    package var prefixFilter = ""
    /// The confidence from which on this host bans.
    package var threshold = Percentage(percent: 80)
    /// `ignoreip`: never banned here, beside those of `[general]`.
    package var ignored: [Address] = []
    /// For the ban of a hub of the old form, which tells no end.
    package var bantime: BanDuration = .limited(.seconds(86_400))
    /// `subscriberaction`
    package var action = Action.fail2banClient
    package var targetJail = TargetJail.own(ownJail)
    /// `logfile`: where the log action writes; nil: to syslog, facility AUTH.
    package var logFile: AbsolutePath?
    /// `nftpriority` and `nftinterfaces`: how the packet filter's table is made.
    package var packetFilterForm = PacketFilterForm()
    /// `flushonstop`: whether the packet filter's table goes with the daemon.
    package var flushesOnStop = false

    init?(reading reader: inout SectionReader, general: GeneralSection?) {
        pidfile = reader.optional("pidfile", .path)
        let broadcasts = reader.requiredList("zmqpublisherurl", .connectable)
        let replies = reader.list("zmqreplyserver", .connectable)
        let counts = (broadcasts: reader.count(of: "zmqpublisherurl"), replies: reader.count(of: "zmqreplyserver"))
        if counts.broadcasts > 0, counts.replies > 0, counts.broadcasts != counts.replies {
            reader.note(
                "zmqreplyserver",
                "expected as many as zmqpublisherurl has, \(counts.broadcasts), in the same order; there are \(counts.replies)"
            )
        }
        let keys = reader.keys(ofHubs: broadcasts ?? [], at: "zmqpublisherurl", general: general)
        prefixFilter = reader.value("zmqprefixfilter", .text("the beginning of HOST|JAIL|…", longest: 320), default: "")
        threshold = reader.value("threshold", .threshold, default: threshold)
        ignored = reader.list("ignoreip", .address)
        bantime = reader.value("bantime", .banDuration, default: bantime)
        action = reader.value(
            "subscriberaction",
            .choice(of: [
                ("fail2banclient", .fail2banClient), ("fail2bansocket", .fail2banSocket), ("nftables", .nftables),
                ("log", .log),
            ]), default: action)
        targetJail = reader.value(
            "targetjail", .choice(of: [(Self.ownJail.name, .own(Self.ownJail)), ("same", .same)]), default: targetJail)
        logFile = reader.optional("logfile", .path)
        packetFilterForm.priority = reader.value("nftpriority", .nftPriority, default: packetFilterForm.priority)
        let interfaces = reader.list("nftinterfaces", .interface)
        if interfaces.count > 1, interfaces.contains("all") { reader.note("nftinterfaces", "all is one of several") }
        packetFilterForm.interfaces = Set(interfaces).subtracting(["all"])
        flushesOnStop = reader.value("flushonstop", .yesOrNo, default: flushesOnStop)
        guard let broadcasts, let keys, replies.isEmpty || replies.count == broadcasts.count else { return nil }
        keyFile = keys.file
        hubs = broadcasts.indices.map {
            Hub(broadcast: broadcasts[$0], reply: replies.isEmpty ? nil : replies[$0], key: keys.server?[$0])
        }
    }

    package static func find(in configuration: Configuration) -> Self? { configuration.subscriber }
}

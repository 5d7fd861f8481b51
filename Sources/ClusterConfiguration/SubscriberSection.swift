public import BanModel

/// `[subscriber]`: how this host is protected by what others report.
public struct SubscriberSection: DaemonSection {
    public static let name = "subscriber"

    /// A hub as a subscriber knows it.
    public struct Hub: Hashable, Sendable {
        /// `zmqpublisherurl`
        public var broadcast: Endpoint
        /// `zmqreplyserver`; nil: a hub of the old form, which nobody can ask.
        public var reply: Endpoint?
        /// `serverkey`, of both; nil: in the clear.
        public var key: PublicKey?
    }

    public enum Action: Hashable, Sendable {
        /// Bans nobody: writes the original's line for each message.
        case log
        case fail2banClient
        /// By the server's socket, as its client does, without a process for each call.
        case fail2banSocket
        /// Into a table of the packet filter, without fail2ban.
        case nftables
    }

    public enum TargetJail: Hashable, Sendable {
        /// All bans go to one jail that nobody else fills.
        case own(Jail)
        /// Each ban goes to the jail of the same name.
        case same
    }

    /// `fail2bancluster`: filled and emptied by the subscriber alone.
    public static let ownJail = {
        guard let jail = Jail("fail2bancluster") else { preconditionFailure() }
        return jail
    }()

    public var pidfile: AbsolutePath?
    /// At least one, in the order of preference.
    public var hubs: [Hub]
    /// `keyfile`
    public var keyFile: AbsolutePath?
    /// `zmqprefixfilter`: only messages `HOST|JAIL|…` that begin like this count.
    public var prefixFilter = ""
    /// The confidence from which on this host bans.
    public var threshold = Percentage(percent: 80)
    /// `ignoreip`: never banned here, beside those of `[general]`.
    public var ignored: [Address] = []
    /// For the ban of a hub of the old form, which tells no end.
    public var bantime: BanDuration = .limited(.seconds(86_400))
    /// `subscriberaction`
    public var action = Action.fail2banClient
    public var targetJail = TargetJail.own(ownJail)
    /// `logfile`: where the log action writes; nil: to syslog, facility AUTH.
    public var logFile: AbsolutePath?
    /// `nftpriority` and `nftinterfaces`: how the packet filter's table is made.
    public var packetFilterForm = PacketFilterForm()
    /// `flushonstop`: whether the packet filter's table goes with the daemon.
    public var flushesOnStop = false

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

    public static func find(in configuration: Configuration) -> Self? { configuration.subscriber }
}

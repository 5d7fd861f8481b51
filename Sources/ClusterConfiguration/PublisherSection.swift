/// `[publisher]`: how this host is the cluster's hub.
public struct PublisherSection: DaemonSection {
    public static let name = "publisher"

    public var pidfile: AbsolutePath?
    /// `broadcasterbindurl`: where subscribers listen.
    public var broadcastEndpoint: Endpoint
    /// `replybindurl`: where monitors report.
    public var replyEndpoint: Endpoint
    /// `authtoken`: any one of them will do; empty: `auth` is false.
    public var tokens: Set<Token> = []
    /// The confidence from which on subscribers of the old form are told of an address.
    public var threshold = Percentage(percent: 80)
    /// For the ban of a monitor of the old form, which tells no end.
    public var bantime: BanDuration = .limited(.seconds(86_400))
    /// `maxbantime`: no ban counts for longer, 1 s to 100 years.
    public var maximumBantime: Duration = .seconds(30 * 86_400)
    /// `database`: the file of the reports; nil: `publisher.db` in `statedir`.
    public var database: AbsolutePath?
    /// `ratelimit`: reports or questions a second that one client may ask for, in the long run.
    public var rateLimit = 1_000
    /// `maxbans`: reports of one host's, by each of its sources, that are kept.
    public var mostBans = 1_000_000
    /// `keyfile`: the hub's secret key; nil: everything is in the clear.
    public var keyFile: AbsolutePath?
    /// `authorizedkeys`: the folder with a file for each client; nil: `authorizedkeys` in `statedir`.
    public var authorizedKeys: AbsolutePath?
    /// `allowplaintext`: whether other hosts may speak with the hub in the clear.
    public var allowsPlaintext = false
    /// `[friend …]`, by name.
    public var friends: [FriendSection] = []

    init?(reading reader: inout SectionReader, general: GeneralSection?) {
        pidfile = reader.optional("pidfile", .path)
        let broadcastEndpoint = reader.required("broadcasterbindurl", .bindable)
        let replyEndpoint = reader.required("replybindurl", .bindable)
        if let replyEndpoint, replyEndpoint == broadcastEndpoint, !replyEndpoint.isAnyPort {
            reader.note("replybindurl", "expected another address than broadcasterbindurl", value: "\(replyEndpoint)")
        }
        tokens = Set(reader.tokens())
        threshold = reader.value("threshold", .threshold, default: threshold)
        bantime = reader.value("bantime", .banDuration, default: bantime)
        let range: ClosedRange<Duration> = .seconds(1) ... .seconds(100 * 365 * 86_400)
        maximumBantime = reader.value("maxbantime", .duration(range, "from 1s to 100 years"), default: maximumBantime)
        database = reader.optional("database", .path)
        rateLimit = reader.value("ratelimit", .count(1...10_000_000, unit: "/s"), default: rateLimit)
        mostBans = reader.value("maxbans", .count(1...4_000_000), default: mostBans)
        keyFile = reader.optional("keyfile", .path) ?? general?.keyFile
        authorizedKeys = reader.optional("authorizedkeys", .path)
        allowsPlaintext = reader.value("allowplaintext", .yesOrNo, default: false)
        let open = [replyEndpoint, broadcastEndpoint].compactMap { $0 }.first { !$0.isOnThisHost }
        reader.hinderPlaintext(keyFile == nil && !allowsPlaintext ? open : nil, at: "replybindurl") { endpoint in
            """
            \(endpoint) is open to other hosts, and without a key everything there is in the clear: run `fail2ban-cluster \
            keygen`, and write into [\(Self.name)]
                keyfile = \(GeneralSection.usualKeyFile)
            or, where a VPN or a tunnel protects it,
                allowplaintext = true
            """
        }
        guard let broadcastEndpoint, let replyEndpoint else { return nil }
        self.broadcastEndpoint = broadcastEndpoint
        self.replyEndpoint = replyEndpoint
    }

    public static func find(in configuration: Configuration) -> Self? { configuration.publisher }
}

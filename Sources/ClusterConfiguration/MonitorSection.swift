public import BanModel

/// `[monitor]`: how this host reports what its fail2ban does.
public struct MonitorSection: DaemonSection {
    public static let name = "monitor"

    /// A hub as a monitor knows it.
    public struct Hub: Hashable, Sendable {
        /// `zmqreplyserver`
        public var endpoint: Endpoint
        /// `serverkey`; nil: in the clear.
        public var key: PublicKey?
    }

    public var pidfile: AbsolutePath?
    /// One or more, tried in this order.
    public var hubs: [Hub]
    /// `keyfile`
    public var keyFile: AbsolutePath?
    /// `fail2banlogpath`
    public var log = LogPlace.file(AbsolutePath(literal: "/var/log/fail2ban.log"))
    /// `authtoken`; nil: `auth` is false.
    public var token: Token?
    /// `ignorejails`: their bans are not reported.
    public var ignoredJails: Set<Jail> = [SubscriberSection.ownJail]
    /// How long a hub may take to answer: 1 s to 1 h.
    public var requestTimeout: Duration = .seconds(5)
    /// For a ban whose end neither the log nor fail2ban tells.
    public var bantime: BanDuration = .limited(.seconds(86_400))

    init?(reading reader: inout SectionReader, general: GeneralSection?) {
        pidfile = reader.optional("pidfile", .path)
        let endpoints = reader.requiredList("zmqreplyserver", .connectable)
        let keys = reader.keys(ofHubs: endpoints ?? [], at: "zmqreplyserver", general: general)
        log = reader.value("fail2banlogpath", .logPlace, default: log)
        let tokens = reader.tokens()
        if tokens.count > 1 { reader.note("authtoken", "expected one token: only the publisher takes several") }
        token = tokens.first
        ignoredJails = Set(reader.list("ignorejails", .jail, default: Array(ignoredJails)))
        requestTimeout = reader.value(
            "requesttimeout", .duration(.seconds(1) ... .seconds(3600), "from 1s to 1h"), default: requestTimeout)
        bantime = reader.value("bantime", .banDuration, default: bantime)
        guard let endpoints, let keys else { return nil }
        keyFile = keys.file
        hubs = endpoints.indices.map { Hub(endpoint: endpoints[$0], key: keys.server?[$0]) }
    }

    public static func find(in configuration: Configuration) -> Self? { configuration.monitor }
}

extension SectionReader {
    /// `auth` and `authtoken`: none where `auth` is false, at least one where it is true.
    mutating func tokens() -> [Token] {
        guard value("auth", .yesOrNo, default: false) else {
            // Not used, but a mistake in it would be found only when auth is switched on.
            _ = list("authtoken", .token)
            return []
        }
        guard isSet("authtoken") else {
            note("auth", "is true, and there is no authtoken in the section")
            return []
        }
        return requiredList("authtoken", .token) ?? []
    }
}

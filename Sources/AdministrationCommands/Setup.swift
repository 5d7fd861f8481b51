internal import BanModel
internal import ClusterConfiguration
internal import ClusterIdentity
internal import ClusterProtocol
internal import HubClient
internal import ZeroMQ

/// What a command goes by: whom it asks, in whose name, and how it reads the answers.
struct Setup {
    /// A hub at one of its two addresses.
    struct Hub: Hashable {
        var endpoint: Endpoint
        /// nil: in the clear.
        var key: PublicKey?
    }

    let configuration: Configuration
    /// Where hubs are asked, in the order of preference; empty: the configuration names none.
    let hubs: [Hub]
    /// Where hubs are listened to.
    let broadcasts: [Hub]
    /// This host's; nil: everything is in the clear.
    private let key: SecretKey?
    /// Of the hub that runs from the same configuration; nil: it speaks in the clear, or its key is not ours to read.
    let ownHubKey: PublicKey?
    let asker: Asker
    /// For one answer.
    let timeLimit: Duration
    /// The confidence from which on an address is banned here.
    let threshold: Trust
    /// What the configuration of the hub on this host calls other clusters.
    let friends: [Cluster: Host]

    /// - Parameter hub: what the command line says, for both.
    /// - Throws: the faults of the key file.
    init(_ configuration: Configuration, hub: Endpoint?) throws(ConfigurationError) {
        let (subscriber, publisher) = (configuration.subscriber, configuration.publisher)
        self.configuration = configuration
        let keyFile = Self.keyFile(of: configuration)
        var key: SecretKey?
        if let keyFile { key = try KeyFile.read(keyFile) }
        self.key = key
        // The hub of this host knows its own key; only a libzmq without CURVE could not tell it.
        let own: PublicKey? =
            publisher?.keyFile == nil || publisher?.keyFile != keyFile
            ? nil : key.flatMap { try? HostKey.publicKey(of: $0) }
        ownHubKey = own
        let listed = Self.hubs(of: configuration, ownKey: own)
        let heard =
            subscriber?.hubs.map { Hub(endpoint: $0.broadcast, key: $0.key) }
            ?? [publisher?.broadcastEndpoint.fromThisHost].compactMap { $0 }.map { Hub(endpoint: $0, key: own) }
        func named(_ hub: Endpoint) -> [Hub] {
            let known = (listed + heard).first { $0.endpoint == hub }
            return [known ?? Hub(endpoint: hub, key: configuration.general.serverKeys.first ?? listed.first?.key)]
        }
        hubs = hub.map(named) ?? listed
        broadcasts = hub.map(named) ?? heard
        let tokens = publisher?.tokens.map(\.secret).sorted() ?? []
        asker = Asker(
            host: configuration.general.hostname, token: configuration.monitor?.token?.secret ?? tokens.first)
        friends = Dictionary(
            (publisher?.friends ?? []).map { (Cluster(key: $0.clusterKey), $0.name) },
            uniquingKeysWith: { one, _ in one })
        timeLimit = configuration.monitor?.requestTimeout ?? .seconds(5)
        threshold = (subscriber?.threshold ?? publisher?.threshold)?.trust ?? .usualThreshold
    }

    /// The first that there is: of `[general]`, of the section that names the hub, of the hub itself.
    private static func keyFile(of configuration: Configuration) -> AbsolutePath? {
        configuration.general.keyFile ?? configuration.subscriber?.keyFile ?? configuration.monitor?.keyFile
            ?? configuration.publisher?.keyFile
    }

    private static func hubs(of configuration: Configuration, ownKey: PublicKey?) -> [Hub] {
        let subscribers = configuration.subscriber?.hubs.compactMap { hub in
            hub.reply.map { Hub(endpoint: $0, key: hub.key) }
        }
        if let subscribers, !subscribers.isEmpty { return unique(subscribers) }
        if let monitor = configuration.monitor {
            return unique(monitor.hubs.map { Hub(endpoint: $0.endpoint, key: $0.key) })
        }
        return [configuration.publisher?.replyEndpoint.fromThisHost].compactMap { $0 }.map {
            Hub(endpoint: $0, key: ownKey)
        }
    }

    private static func unique(_ hubs: [Hub]) -> [Hub] {
        var seen: Set<Endpoint> = []
        return hubs.filter { seen.insert($0.endpoint).inserted }
    }

    /// How this host speaks with a hub.
    func address(_ hub: Hub) -> HubAddress {
        HubAddress(endpoint: "\(hub.endpoint)", curve: CurveClient(secret: key, server: hub.key))
    }

    /// As origins are written for other programs: `CLUSTER/HOST`.
    func origin(_ host: Host) -> String { "\(configuration.general.cluster ?? "own")/\(host)" }

    /// What a command says that has nobody to ask.
    var noHub: Failure {
        Failure(
            "\(configuration.path) names no hub to ask: set zmqreplyserver in [subscriber] or [monitor], or a fixed port in"
                + " replybindurl of [publisher], or give --hub")
    }
}

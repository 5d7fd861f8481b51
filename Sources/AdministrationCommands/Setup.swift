internal import BanModel
internal import ClusterConfiguration
internal import ClusterProtocol

/// What a command goes by: whom it asks, in whose name, and how it reads the answers.
struct Setup {
    let configuration: Configuration
    /// Where hubs are asked, in the order of preference; empty: the configuration names none.
    let hubs: [Endpoint]
    /// Where hubs are listened to.
    let broadcasts: [Endpoint]
    let asker: Asker
    /// For one answer.
    let timeLimit: Duration
    /// The confidence from which on an address is banned here.
    let threshold: Trust

    /// - Parameter hub: what the command line says, for both.
    init(_ configuration: Configuration, hub: Endpoint?) {
        let (subscriber, publisher) = (configuration.subscriber, configuration.publisher)
        self.configuration = configuration
        hubs = hub.map { [$0] } ?? Self.hubs(of: configuration)
        let listened =
            subscriber?.hubs.map(\.broadcast) ?? [publisher?.broadcastEndpoint.fromThisHost].compactMap { $0 }
        broadcasts = hub.map { [$0] } ?? listened
        let tokens = publisher?.tokens.map(\.secret).sorted() ?? []
        asker = Asker(
            host: configuration.general.hostname, token: configuration.monitor?.token?.secret ?? tokens.first)
        timeLimit = configuration.monitor?.requestTimeout ?? .seconds(5)
        let percentage = subscriber?.threshold ?? publisher?.threshold
        threshold = percentage.flatMap { Trust(millionths: $0.millionths) } ?? Self.usualThreshold
    }

    private static let usualThreshold = Trust(millionths: 800_000) ?? .full

    private static func hubs(of configuration: Configuration) -> [Endpoint] {
        let subscribers = configuration.subscriber?.hubs.compactMap(\.reply) ?? []
        if !subscribers.isEmpty { return unique(subscribers) }
        if let monitor = configuration.monitor { return unique(monitor.hubs) }
        return [configuration.publisher?.replyEndpoint.fromThisHost].compactMap { $0 }
    }

    private static func unique(_ endpoints: [Endpoint]) -> [Endpoint] {
        var seen: Set<Endpoint> = []
        return endpoints.filter { seen.insert($0).inserted }
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

internal import BanModel
internal import ClusterConfiguration
internal import ClusterProtocol
internal import HubClient
internal import LinuxSystem
internal import ZeroMQ

/// One question at a time to the first hub that answers, each with a time limit.
struct HubAsker: ~Copyable {
    /// The hub that has answered a hello.
    struct Hub {
        var endpoint: String
        var greeting: HubGreeting
        /// How far its clock is ahead of ours.
        var clockOffset: Duration

        /// By its clock.
        var now: Timestamp { Timestamp(microseconds: SystemClock.wall()) + clockOffset }
    }

    private static let look = Duration.milliseconds(300)

    private let asker: Asker
    private var links: HubLinks
    private var greeted: Hub?
    /// A question is under way.
    private var isAsking = false
    /// Why each that failed did, by its endpoint.
    private var failures: [String: String] = [:]
    private var progress = Progress()
    /// Never signalled: while no connection is being made there must be something to wait for.
    private let idle: Wakeup

    init(_ setup: Setup) throws {
        guard !setup.hubs.isEmpty else { throw setup.noHub }
        try self.init(setup.hubs.map(setup.address), as: setup.asker, timeLimit: setup.timeLimit)
    }

    /// - Parameter hubs: at least one, each once.
    init(_ hubs: [HubAddress], as asker: Asker, timeLimit: Duration) throws {
        let (context, wakeup) = (try Context(), try Wakeup())
        self.asker = asker
        idle = wakeup
        links = HubLinks(
            context: context, hubs: hubs, timeLimit: timeLimit, at: SystemClock.monotonic())
    }

    /// Waits for the first hub that answers.
    mutating func hub() throws -> Hub {
        defer { progress.end() }
        while true {
            for event in try work() { _ = try take(event) }
            if let greeted, links.isIdle { return greeted }
            try rest()
        }
    }

    mutating func ask(_ bytes: [UInt8]) throws -> [UInt8] {
        defer { progress.end() }
        isAsking = false
        while true {
            for event in try work() {
                guard let reply = try take(event) else { continue }
                guard reply != OldForm.refusal else {
                    throw Failure(
                        "the hub at \(links.endpoint ?? "") does not know this question: it is of an older version")
                }
                return reply
            }
            if isAsking, greeted == nil { throw unanswered }
            if !isAsking, greeted != nil, links.isIdle { isAsking = try links.ask(bytes, at: SystemClock.monotonic()) }
            try rest()
        }
    }

    mutating func status(of hub: Hub) throws -> HubStatus {
        switch StatusReply(try ask(StatusRequest(asker: asker).bytes)) {
        case .status(let status): return status
        case .refusal(let refusal): throw refusal.failure(at: hub.endpoint)
        case .nonsense: throw nonsense(from: hub.endpoint)
        }
    }

    private mutating func work() throws -> [HubLinks.Event] {
        let hello = Hello(host: asker.host, instance: nil, token: asker.token).bytes
        return try links.work(at: SystemClock.monotonic()) { hello }
    }

    /// - Throws: where no hub is left.
    private mutating func take(_ event: HubLinks.Event) throws -> [UInt8]? {
        switch event {
        case .reply(let bytes): return bytes
        case .chosen(let endpoint, let reply, let asked):
            guard case .greeting(let greeting) = reply else {
                throw Failure(
                    "the hub at \(endpoint) is one of fail2ban-zmq-tools: it takes reports, and answers no questions."
                        + " Name a fail2ban-publisher of this project with --hub", isOldHub: true)
            }
            let half = (SystemClock.monotonic() - asked) / 2
            let sent = Timestamp(microseconds: SystemClock.wall() - half)
            greeted = Hub(endpoint: endpoint, greeting: greeting, clockOffset: greeting.time - sent)
        case .lost(let endpoint, let reason):
            greeted = nil
            failures[endpoint] = reason
        case .unavailable(let endpoint, let reason): failures[endpoint] = reason
        }
        if greeted == nil, links.endpoints.allSatisfy({ failures[$0] != nil }) { throw unanswered }
        return nil
    }

    private var unanswered: Failure {
        let reasons = links.endpoints.compactMap { endpoint in failures[endpoint].map { "\(endpoint): \($0)" } }
        let asked = isAsking ? ". It may have got the question, and done what it was asked to" : ""
        return Failure(
            "no hub answers (\(reasons.joined(separator: "; ")))\(asked). `\(RootCommand.name) check` looks for the cause"
        )
    }

    private mutating func rest() throws {
        let now = SystemClock.monotonic()
        progress.show("asking \(links.endpoint ?? links.endpoints.joined(separator: ", "))")
        var ready = PollSet()
        links.register(in: &ready)
        ready.add(fileDescriptor: idle.fileDescriptor)
        let wait = links.deadline(at: now).map { Duration.microseconds(max(0, $0 - now)) }
        // Who looks wants to see why nothing comes.
        try ready.wait(timeout: progress.isWatched ? min(wait ?? Self.look, Self.look) : wait)
    }
}

extension HubRefusal {
    /// What a command says that was refused whole.
    func failure(at endpoint: String) -> Failure {
        let isAboutToken = reason.contains("token")
        return Failure(
            "the hub at \(endpoint) refuses: \(reason)"
                + (isAboutToken ? ". Set auth = true and its authtoken in [monitor]" : ""))
    }
}

/// What a hub says that answers something else than was asked.
func nonsense(from endpoint: String) -> Failure {
    Failure("the hub at \(endpoint) answered nonsense: is it of another version?")
}

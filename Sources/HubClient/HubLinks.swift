internal import BanModel
public import ClusterProtocol
public import ZeroMQ

/// One question to the first hub that answers.
///
/// All times are monotonic microseconds.
public struct HubLinks: ~Copyable {
    public enum Event {
        /// This hub is asked from now on; it has just answered a hello that was sent at `asked`.
        case chosen(endpoint: String, HelloReply, asked: Int64)
        /// To the request that was under way.
        case reply([UInt8])
        /// The hub that was asked is gone; a request that was under way had no answer.
        case lost(endpoint: String, reason: String)
        /// Another one is not there, or does not want us.
        case unavailable(endpoint: String, reason: String)
    }

    private let links: [HubLink]
    private var choice: HubChoice
    /// The one that was greeted when it was chosen.
    private var greeted: Int?
    /// In microseconds.
    private var limit: Int64

    /// - Parameters:
    ///   - hubs: in the order of preference, at least one.
    ///   - timeLimit: how long an answer may take.
    public init(context: Context, hubs: [HubAddress], timeLimit: Duration, at now: Int64) {
        links = hubs.map { HubLink(context: context, address: $0) }
        choice = HubChoice(count: hubs.count, at: now)
        limit = Self.microseconds(timeLimit)
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    /// For the requests from now on; pauses end, since what they were for may be mended.
    public mutating func reconfigure(timeLimit: Duration, at now: Int64) {
        limit = Self.microseconds(timeLimit)
        for link in links { link.hurry(at: now) }
    }

    /// In the order of preference.
    public var endpoints: [String] { links.map(\.endpoint) }

    /// The hub that is asked.
    public var endpoint: String? { choice.current.map { links[$0].endpoint } }

    /// Whether a request may be sent now.
    public var isIdle: Bool { choice.current.map { links[$0].isIdle } ?? false }

    /// When ``work(at:hello:)`` has something to do unasked.
    public func deadline(at now: Int64) -> Int64? {
        (links.map { $0.deadline(limit: limit) } + [choice.nextDeadline(after: now)]).compactMap { $0 }.min()
    }

    public func register(in ready: inout PollSet) {
        for link in links { link.register(in: &ready) }
    }

    /// What has happened.
    ///
    /// - Parameter hello: what is said first on each connection.
    public mutating func work(at now: Int64, hello: () -> [UInt8]) throws(ZMQError) -> [Event] {
        var events: [Event] = []
        var justGreeted: Int?
        for (index, link) in links.enumerated() {
            guard choice.isWanted(index, at: now) else {
                link.close()
                continue
            }
            for event in try link.work(hello: hello, limit: limit, at: now) {
                switch event {
                case .lost(let reason): events.append(lost(index, reason, at: now))
                case .reply(let bytes): events.append(.reply(bytes))
                case .greeted(let reply, let asked):
                    if let reason = reply.objection {
                        link.giveUp(at: now)
                        events.append(lost(index, reason, at: now))
                        continue
                    }
                    choice.answered(index, at: now)
                    if choice.current == nil, choice.choose(at: now) == index { justGreeted = index }
                    guard choice.current == index else { continue }
                    events.append(.chosen(endpoint: link.endpoint, reply, asked: asked))
                }
            }
        }
        if choice.current.map({ links[$0].isAsking }) != true { _ = choice.choose(at: now) }
        if let current = choice.current, current != greeted, current != justGreeted {
            // What it said when it came back may be long ago.
            try links[current].greet(hello(), at: now)
        }
        greeted = choice.current
        return events
    }

    private mutating func lost(_ index: Int, _ reason: String, at now: Int64) -> Event {
        let endpoint = links[index].endpoint
        let isCurrent = choice.current == index
        choice.lost(index, at: now)
        return isCurrent
            ? .lost(endpoint: endpoint, reason: reason) : .unavailable(endpoint: endpoint, reason: reason)
    }

    /// Only while ``isIdle``. Returns false where it cannot be sent: the hub is about to be lost.
    public mutating func ask(_ bytes: [UInt8], at now: Int64) throws(ZMQError) -> Bool {
        guard let current = choice.current else { return false }
        return try links[current].ask(bytes, at: now)
    }

    /// The hub took what it was given: its next trouble begins with a short pause.
    public mutating func isWell() {
        if let current = choice.current { links[current].isWell() }
    }

    /// The hub refuses whatever is asked of it now: the next one of the list is asked, and this one greeted after a pause.
    public mutating func isRefused(at now: Int64) {
        guard let current = choice.current else { return }
        links[current].giveUp(at: now)
        choice.lost(current, at: now)
        greeted = nil
    }

    /// The hub refused for now: it is left alone for a while, longer each time.
    public mutating func rest(at now: Int64) {
        if let current = choice.current { links[current].rest(at: now) }
    }

    /// The hub began anew, or is another one: it is greeted before the next request.
    public mutating func greetAgain() { greeted = nil }
}

extension HelloReply {
    /// Why a hub that answered so cannot be used.
    fileprivate var objection: String? {
        switch self {
        case .oldHub, .greeting: nil
        case .refusal(let refusal): "the hub refuses us: \(refusal.reason)"
        case .nonsense: "the hub answered nonsense"
        }
    }
}

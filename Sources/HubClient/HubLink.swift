internal import ClusterProtocol
internal import ZeroMQ

/// One connection to a hub: a hello first, then one request at a time, each with a time limit.
///
/// Where the connection breaks, or an answer does not come in time, the socket is thrown away, its message with it: no
/// message is ever the first on a connection but a hello. The next one comes after a pause that grows until the hub
/// answers again. All times are monotonic microseconds.
final class HubLink {
    enum Event {
        case greeted(HelloReply, asked: Int64)
        case reply([UInt8])
        case lost(reason: String)
    }

    private enum State {
        case closed
        /// No socket until then.
        case resting(until: Int64)
        /// libzmq connects, and nobody has been told since then that it takes long.
        case connecting(since: Int64)
        case greeting(asked: Int64)
        case asking(asked: Int64)
        case idle
        /// Greeted, and asked to come back later.
        case pausing(until: Int64)
    }

    let address: HubAddress
    private let context: Context
    private let pace: ConnectionPace
    private var socket: Socket?
    private var state = State.closed
    private var pause = RetryPause()
    /// The connection that is, or is to be; nil while there is no socket.
    private(set) var attempt: ConnectionAttempt?
    /// A hello was wanted while a request was under way.
    private var owesHello = false

    init(context: Context, address: HubAddress, pace: ConnectionPace = .ofHosts) {
        (self.context, self.address, self.pace) = (context, address, pace)
    }

    var endpoint: String { address.endpoint }

    /// Greeted, and nothing is under way.
    var isIdle: Bool { if case .idle = state { !owesHello } else { false } }

    var isOpen: Bool { if case .closed = state { false } else { true } }

    var isAsking: Bool { if case .asking = state { true } else { false } }

    func close() {
        socket = nil
        attempt = nil
        state = .closed
        owesHello = false
    }

    /// When ``work(hello:limit:at:)`` has something to do unasked.
    func deadline(limit: Int64) -> Int64? {
        switch state {
        case .idle, .pausing: if owesHello { return 0 }
        default: break
        }
        return switch state {
        case .closed, .idle: nil
        case .resting(let moment), .pausing(let moment): moment
        case .connecting(let since): since + limit
        case .greeting(let asked), .asking(let asked): asked + limit
        }
    }

    func register(in ready: inout PollSet) {
        guard socket != nil else { return }
        ready.add(socket!, for: .reading)
        ready.add(connectionsOf: socket!)
    }

    /// What has happened; opens the connection where there is none.
    ///
    /// - Parameter hello: what is said first on each connection.
    func work(hello: () -> [UInt8], limit: Int64, at now: Int64) throws(ZMQError) -> [Event] {
        switch state {
        case .closed: try open(at: now)
        case .resting(let moment) where moment <= now: try open(at: now)
        case .pausing(let moment) where moment <= now: state = .idle
        default: break
        }
        // Now, and not with the answer that it waited for: that is yet to be judged, and may lead to a pause.
        if owesHello { try greet(hello(), at: now) }
        var events: [Event] = []
        guard socket != nil else { return events }
        // What was answered before the connection broke still counts.
        if let event = try receive() { events.append(event) }
        while socket != nil, let event = try socket!.nextConnectionEvent() {
            switch event {
            case .reached: attempt?.isReached(at: now)
            case .established:
                attempt?.isReached(at: now)
                // Any other message would be the first of a connection that stands for the second time.
                guard case .connecting = state else { break }
                try greet(hello(), at: now)
            case .lost:
                if case .connecting = state {
                    attempt = ConnectionAttempt(begun: now)
                    break
                }
                giveUp(at: now)
                events.append(.lost(reason: "the connection broke"))
            case .refused:
                giveUp(at: now)
                events.append(.lost(reason: address.refusal))
            }
        }
        switch state {
        case .connecting(let since) where since + limit <= now:
            // There is nobody to be left alone.
            state = .connecting(since: now)
            events.append(.lost(reason: address.silence))
        case .greeting(let asked) where asked + limit <= now, .asking(let asked) where asked + limit <= now:
            giveUp(at: now)
            events.append(.lost(reason: "no answer"))
        default: break
        }
        return events
    }

    /// Says hello before the next request; where one is under way, after its answer.
    func greet(_ hello: [UInt8], at now: Int64) throws(ZMQError) {
        owesHello = false
        switch state {
        case .connecting, .idle, .pausing: break
        // The next connection begins with one, and the one that is under way is to be answered yet.
        case .closed, .resting, .greeting: return
        case .asking:
            owesHello = true
            return
        }
        state = try socket!.send(hello) ? .greeting(asked: now) : .connecting(since: now)
    }

    /// Only while ``isIdle``. Returns false where nothing can be sent: the link then breaks by itself.
    func ask(_ bytes: [UInt8], at now: Int64) throws(ZMQError) -> Bool {
        guard try socket!.send(bytes) else { return false }
        state = .asking(asked: now)
        return true
    }

    /// The hub is there and wants nothing now.
    func rest(at now: Int64) {
        state = .pausing(until: now + pause.next())
    }

    /// All is well with the hub: the next trouble begins with a short pause.
    func isWell() { pause.reset() }

    /// Ends the connection; the next one comes after a pause.
    func giveUp(at now: Int64) {
        socket = nil
        attempt = nil
        owesHello = false
        state = .resting(until: now + pause.next())
    }

    /// What a pause was for may be mended.
    func hurry(at now: Int64) {
        pause.reset()
        switch state {
        case .resting: state = .resting(until: now)
        case .pausing: state = .pausing(until: now)
        default: break
        }
    }

    /// Where no connection stands, a new one is tried.
    func connectAnew(at now: Int64) throws(ZMQError) {
        switch state {
        case .resting: try open(at: now)
        case .connecting(let since):
            try open(at: now)
            state = .connecting(since: since)
        case .closed, .greeting, .asking, .idle, .pausing: break
        }
    }

    private func open(at now: Int64) throws(ZMQError) {
        var fresh = try Socket(.req, in: context, maximumMessageSize: SyncBounds.longest)
        try fresh.watchConnections()
        try pace.set(on: &fresh)
        if let curve = address.curve { try fresh.secure(as: curve) }
        try fresh.connect(address.endpoint)
        socket = consume fresh
        attempt = ConnectionAttempt(begun: now)
        state = .connecting(since: now)
    }

    private func receive() throws(ZMQError) -> Event? {
        switch state {
        case .greeting, .asking: break
        case .closed, .resting, .connecting, .idle, .pausing: return nil
        }
        guard let message = try socket!.receiveSingle() else { return nil }
        let bytes: [UInt8]
        switch message {
        case .frame(let frame): bytes = frame
        case .severalFrames: bytes = []
        }
        switch state {
        case .greeting(let asked):
            state = .idle
            return .greeted(HelloReply(bytes), asked: asked)
        default:
            state = .idle
            return .reply(bytes)
        }
    }
}

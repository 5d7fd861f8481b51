internal import ClusterProtocol
internal import ZeroMQ

/// The socket that hears what one hub broadcasts.
///
/// Where the hub refuses it, it is thrown away, since libzmq would never try again on it, and the next one comes after a
/// pause. All times are monotonic microseconds.
final class BroadcastListener {
    enum Event {
        /// A connection stands: what was broadcast before it may have been missed.
        case joined
        case refused
    }

    /// Broadcasts that may wait while the ledger is written: those of our form may have 500 reports each, and what does
    /// not fit is missed and asked for.
    private static let backlog: Int32 = 10_000
    /// From another hub: of these each may be as long as is taken at all.
    private static let hubsBacklog: Int32 = 200

    private let context: Context
    private let address: HubAddress
    private let backlog: Int32
    private let pace: ConnectionPace
    private var prefixes: [[UInt8]]
    private var socket: Socket?
    private var pause = RetryPause()
    private var isConnected = false
    /// The connection that is, or is to be; nil while there is no socket.
    private(set) var attempt: ConnectionAttempt?
    /// No socket until then.
    private(set) var restsUntil: Int64?

    init(context: Context, address: HubAddress, prefixes: [[UInt8]], ofHub isHubs: Bool, at now: Int64) throws(ZMQError)
    {
        self.context = context
        backlog = isHubs ? Self.hubsBacklog : Self.backlog
        pace = isHubs ? .ofHubs : .ofHosts
        self.address = address
        self.prefixes = prefixes
        try open(at: now)
    }

    func register(in ready: inout PollSet) {
        guard socket != nil else { return }
        ready.add(socket!, for: .reading)
        ready.add(connectionsOf: socket!)
    }

    func subscribe(_ prefix: [UInt8]) throws(ZMQError) {
        prefixes.append(prefix)
        try socket?.subscribe(prefix)
    }

    /// To be called once for each time that it was subscribed to.
    func unsubscribe(_ prefix: [UInt8]) throws(ZMQError) {
        if let index = prefixes.firstIndex(of: prefix) { prefixes.remove(at: index) }
        try socket?.unsubscribe(prefix)
    }

    /// What has become of the connection; opens the socket where its pause is over.
    func work(at now: Int64) throws(ZMQError) -> [Event] {
        if let restsUntil, restsUntil <= now { try open(at: now) }
        var events: [Event] = []
        while socket != nil, let event = try socket!.nextConnectionEvent() {
            switch event {
            case .reached: attempt?.isReached(at: now)
            case .established:
                isConnected = true
                attempt?.isReached(at: now)
                pause.reset()
                events.append(.joined)
            case .lost:
                isConnected = false
                attempt = ConnectionAttempt(begun: now)
            case .refused:
                isConnected = false
                socket = nil
                attempt = nil
                restsUntil = now + pause.next()
                events.append(.refused)
            }
        }
        return events
    }

    /// nil where nothing waits.
    func receive() throws(ZMQError) -> SingleFrame? { try socket?.receiveSingle() }

    /// Where no connection stands, a new one is tried.
    func connectAnew(at now: Int64) throws(ZMQError) {
        if !isConnected { try open(at: now) }
    }

    private func open(at now: Int64) throws(ZMQError) {
        restsUntil = nil
        var fresh = try Socket(.sub, in: context, maximumMessageSize: Broadcast.longest)
        try fresh.watchConnections()
        try fresh.setHighWaterMarks(send: 1, receive: backlog)
        try pace.set(on: &fresh)
        if let curve = address.curve { try fresh.secure(as: curve) }
        for prefix in prefixes { try fresh.subscribe(prefix) }
        try fresh.connect(address.endpoint)
        socket = consume fresh
        attempt = ConnectionAttempt(begun: now)
    }
}

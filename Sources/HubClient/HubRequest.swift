package import ZeroMQ

/// One request at a time to a hub, over a REQ socket, which waits for the reply no longer than a limit.
///
/// On silence the socket is thrown away, its message with it: a REQ without its reply can send nothing more. The next
/// one comes after a pause that grows until the hub answers again.
package struct HubRequest: ~Copyable {
    private enum State {
        case idle
        /// Until this moment, in monotonic microseconds.
        case waiting(until: Int64)
        case pausing(until: Int64)
    }

    private static let firstPause: Int64 = 100_000
    private static let longestPause: Int64 = 5_000_000

    private let context: Context
    package let endpoint: String
    /// In microseconds.
    private var timeLimit: Int64
    private var socket: Socket?
    private var state = State.idle
    private var pause = Self.firstPause

    /// - Parameter timeLimit: how long a reply may take.
    package init(context: Context, endpoint: String, timeLimit: Duration) {
        self.context = context
        self.endpoint = endpoint
        self.timeLimit = Self.microseconds(timeLimit)
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    /// For the requests from now on; a pause ends, since what it was for may be mended.
    package mutating func reconfigure(timeLimit: Duration) {
        self.timeLimit = Self.microseconds(timeLimit)
        pause = Self.firstPause
        if case .pausing = state { state = .idle }
    }

    /// Whether a request may be sent now.
    package var isIdle: Bool { if case .idle = state { true } else { false } }

    /// When ``expire(at:)`` has something to do, in monotonic microseconds.
    package var deadline: Int64? {
        switch state {
        case .idle: nil
        case .waiting(let moment), .pausing(let moment): moment
        }
    }

    /// Only while ``isIdle``.
    package mutating func send(_ bytes: [UInt8], at now: Int64) throws(ZMQError) {
        if socket == nil {
            var fresh = try Socket(.req, in: context)
            try fresh.connect(endpoint)
            socket = consume fresh
        }
        if try socket!.send(bytes) {
            state = .waiting(until: now + timeLimit)
        } else {
            rest(at: now)
        }
    }

    /// The reply, where it has come: its one frame; empty bytes where it had more.
    package mutating func receive() throws(ZMQError) -> [UInt8]? {
        guard case .waiting = state, let reply = try socket!.receiveSingle() else { return nil }
        state = .idle
        pause = Self.firstPause
        switch reply {
        case .frame(let bytes): return bytes
        case .severalFrames: return []
        }
    }

    /// Gives up on a reply that did not come in time. Returns whether it did so just now.
    package mutating func expire(at now: Int64) -> Bool {
        switch state {
        case .waiting(let moment) where moment <= now:
            rest(at: now)
            return true
        case .pausing(let moment) where moment <= now:
            state = .idle
            return false
        case .idle, .waiting, .pausing:
            return false
        }
    }

    /// The hub refused us: no use in asking again at once. The connection stays.
    package mutating func pauseAfterRefusal(at now: Int64) {
        state = .pausing(until: now + pause)
        pause = min(pause * 2, Self.longestPause)
    }

    private mutating func rest(at now: Int64) {
        socket = nil
        pauseAfterRefusal(at: now)
    }

    /// Adds the socket to what is waited for, where a reply is due.
    package func register(in set: inout PollSet) {
        guard case .waiting = state, socket != nil else { return }
        _ = set.add(socket!, for: .reading)
    }
}

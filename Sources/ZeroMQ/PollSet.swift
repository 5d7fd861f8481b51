import CZeroMQ
import Glibc
import LinuxSystem

/// What one thread waits for: sockets and descriptors. Build it anew where they change; `removeAll` keeps the memory.
///
/// It borrows what is added: sockets and descriptors must live until the last `wait`.
@safe public struct PollSet {
    public struct Interest: OptionSet, Sendable {
        public let rawValue: Int16
        public init(rawValue: Int16) { self.rawValue = rawValue }

        /// A message, or a byte, waits.
        public static let reading = Interest(rawValue: Int16(ZMQ_POLLIN))
        /// A send would not have to wait.
        public static let writing = Interest(rawValue: Int16(ZMQ_POLLOUT))
    }

    private var items: [zmq_pollitem_t]

    public init() { unsafe items = [] }

    /// The index to ask `isReady` with; indices count from 0 in the order of adding.
    @discardableResult
    public mutating func add(_ socket: borrowing Socket, for interest: Interest) -> Int {
        unsafe items.append(zmq_pollitem_t(socket: socket.handle, fd: 0, events: interest.rawValue, revents: 0))
        return unsafe items.count - 1
    }

    /// Ready while ``Socket/nextConnectionEvent()`` has something to tell; the socket's connections must be watched.
    @discardableResult
    public mutating func add(connectionsOf socket: borrowing Socket) -> Int {
        precondition(unsafe socket.connections != nil, "nobody watches this socket's connections")
        unsafe items.append(
            zmq_pollitem_t(socket: socket.connections, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
        return unsafe items.count - 1
    }

    @discardableResult
    public mutating func add(fileDescriptor: Int32, for interest: Interest = .reading) -> Int {
        unsafe items.append(zmq_pollitem_t(socket: nil, fd: fileDescriptor, events: interest.rawValue, revents: 0))
        return unsafe items.count - 1
    }

    /// Whether a socket that was added for reading is passed over, until it is said otherwise.
    public mutating func mute(_ index: Int, _ isMuted: Bool) {
        unsafe items[index].events = isMuted ? 0 : Interest.reading.rawValue
    }

    public mutating func removeAll() { unsafe items.removeAll(keepingCapacity: true) }

    /// Until something is ready or `timeout` (nil: for ever) is over, never earlier; true where something is ready.
    ///
    /// Throws `isTermination` where the context of a socket was shut down.
    @discardableResult
    public mutating func wait(timeout: Duration?) throws(ZMQError) -> Bool {
        precondition(unsafe !items.isEmpty, "nothing to wait for")
        let deadline = timeout.map { PollSet.deadline(after: $0) }
        while true {
            let milliseconds = deadline.map { PollSet.milliseconds(from: SystemClock.monotonic(), until: $0) } ?? -1
            let ready = unsafe zmq_poll(&items, Int32(items.count), milliseconds)
            if ready > 0 { return true }
            if ready < 0 {
                let error = ZMQError.last("poll")
                if error.code != EINTR { throw error }
            } else if let deadline, SystemClock.monotonic() >= deadline {
                return false
            }
        }
    }

    /// What the last `wait` found; an error or a hang-up on a descriptor counts, the next read tells which.
    public func isReady(_ index: Int) -> Bool { unsafe items[index].revents != 0 }

    public func isReady(_ index: Int, for interest: Interest) -> Bool {
        unsafe items[index].revents & interest.rawValue != 0
    }

    /// Monotonic microseconds, at most some centuries ahead.
    static func deadline(after timeout: Duration) -> Int64 {
        let (seconds, attoseconds) = timeout.components
        let now = SystemClock.monotonic()
        if timeout <= .zero { return now }
        // Rounded up, so that whoever waits for a moment does not wake just before it and spin.
        let micro = min(seconds, 1 << 40) * 1_000_000 + (attoseconds + 999_999_999_999) / 1_000_000_000_000
        return now + micro
    }

    /// Rounded up for the same reason: libzmq counts in milliseconds.
    static func milliseconds(from now: Int64, until deadline: Int64) -> Int {
        max(0, Int((deadline - now + 999) / 1000))
    }
}

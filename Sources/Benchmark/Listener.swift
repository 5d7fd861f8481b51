internal import ClusterProtocol
internal import LinuxSystem
internal import ZeroMQ

/// A bare SUB that wants what our subscribers want.
final class Listener {
    private var socket: Socket

    init(in context: Context, _ endpoint: String, backlog: Int32 = 10_000) throws {
        socket = try Socket(.sub, in: context, maximumMessageSize: Broadcast.longest)
        try socket.setHighWaterMarks(send: 1, receive: backlog)
        try socket.subscribe([Broadcast.mark])
        try socket.connect(endpoint)
    }

    func register(in ready: inout PollSet) { ready.add(socket, for: .reading) }

    /// The next message that is no beacon; nil where none waits.
    func next() throws -> [UInt8]? {
        while case .frame(let bytes)? = try socket.receiveSingle() {
            // A beacon has its first line alone.
            if bytes.contains(0x0A) { return bytes }
        }
        return nil
    }

    /// As ``next()``, which it waits for; nil where none comes in time.
    func wait(milliseconds: Int64) throws -> [UInt8]? {
        let deadline = SystemClock.monotonic() + milliseconds * 1000
        var ready = PollSet()
        register(in: &ready)
        while true {
            if let bytes = try next() { return bytes }
            let rest = deadline - SystemClock.monotonic()
            guard rest > 0 else { return nil }
            try ready.wait(timeout: .microseconds(rest))
        }
    }
}

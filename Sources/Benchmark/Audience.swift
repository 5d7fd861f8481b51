internal import Glibc
internal import LinuxSystem
internal import ZeroMQ

/// Many bare SUBs in this program, each with a connection of its own.
final class Audience {
    private let context: Context
    private var listeners: [Listener] = []

    init(_ count: Int, _ endpoint: String) throws {
        try Self.raiseLimit(for: count)
        context = try Context(maximumSockets: Int32(count) + 100)
        for _ in 0..<count { listeners.append(try Listener(in: context, endpoint, backlog: 1_000)) }
    }

    /// A socket takes two descriptors here and one at the hub, which inherits the limit.
    static func raiseLimit(for count: Int) throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur > 3 * count + 100 else {
            throw Failure("\(count) sockets need more than \(limit.rlim_cur) open files: ulimit -n")
        }
    }

    /// Until each has heard a message, or time is over. Returns when the first and the last did, in monotonic microseconds.
    func hear(milliseconds: Int64) throws -> (first: Int64, last: Int64)? {
        let deadline = SystemClock.monotonic() + milliseconds * 1000
        var waiting = Array(listeners.indices)
        var first: Int64?
        while !waiting.isEmpty {
            var ready = PollSet()
            for index in waiting { listeners[index].register(in: &ready) }
            let rest = deadline - SystemClock.monotonic()
            guard rest > 0, try ready.wait(timeout: .microseconds(rest)) else { return nil }
            waiting = try waiting.filter { index in
                let isStillWaiting = try listeners[index].next() == nil
                if !isStillWaiting, first == nil { first = SystemClock.monotonic() }
                return isStillWaiting
            }
        }
        return (first ?? 0, SystemClock.monotonic())
    }

    /// Takes, and forgets, all that has come.
    func empty() throws { for listener in listeners { while try listener.next() != nil {} } }

    /// Until all hear what this asks a hub for.
    func gather(_ ask: () throws -> Void) throws {
        for _ in 0..<100 {
            try ask()
            if try hear(milliseconds: 1_000) != nil {
                Pause.milliseconds(300)
                return try empty()
            }
            try empty()
        }
        throw Failure("not all listeners are heard by the hub")
    }
}

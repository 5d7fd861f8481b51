import LinuxSystem
import OwnThread
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10))) struct ConnectionTests {
    private static func next(_ socket: inout Socket) throws -> ConnectionEvent {
        let patience = Patience()
        while true {
            try patience.check()
            if let event = try socket.nextConnectionEvent() { return event }
            var poll = PollSet()
            poll.add(connectionsOf: socket)
            guard try poll.wait(timeout: .seconds(30)) else { throw NothingCame() }
        }
    }

    /// A hub that is there for the body alone.
    private static func withHub<Result>(
        at endpoint: String, in context: Context, _ body: (String) throws -> Result
    ) throws -> Result {
        var hub = try Socket(.router, in: context)
        let patience = Patience()
        // The one before it is closed by libzmq's thread, in its own time.
        while try !isBound(&hub, endpoint) { try patience.check() }
        return try body(try hub.lastEndpoint)
    }

    private static func isBound(_ hub: inout Socket, _ endpoint: String) throws(ZMQError) -> Bool {
        do throws(ZMQError) {
            try hub.bind(endpoint)
            return true
        } catch {
            guard error.isAddressInUse else { throw error }
            return false
        }
    }

    @Test func `a connection that stands, breaks and stands again is told each time`() async throws {
        try await onOwnThread("connections") {
            let context = try Context()
            var peer = try Socket(.req, in: context)
            try peer.watchConnections()
            try peer.setReconnect(10, maximum: 0)
            let endpoint = try Self.withHub(at: "tcp://127.0.0.1:*", in: context) { endpoint in
                try peer.connect(endpoint)
                let events = [try Self.next(&peer), try Self.next(&peer)]
                #expect(events == [.reached, .established])
                return endpoint
            }
            #expect(try Self.next(&peer) == .lost)
            let again = try Self.withHub(at: endpoint, in: context) { _ in
                [try Self.next(&peer), try Self.next(&peer)]
            }
            #expect(again == [.reached, .established])
            #expect(try Self.next(&peer) == .lost)
            let more = try peer.nextConnectionEvent()
            #expect(more == nil)
        }
    }

    @Test func `a peer that speaks something else never stands`() async throws {
        try await onOwnThread("connections") {
            let context = try Context()
            var hub = try Socket(.pub, in: context)
            try hub.bind("tcp://127.0.0.1:*")
            var peer = try Socket(.req, in: context)
            try peer.watchConnections()
            try peer.connect(try hub.lastEndpoint)
            #expect(try Self.next(&peer) == .reached)
            #expect(try Self.next(&peer) != .established)
        }
    }

    @Test func `a watched socket closes while events wait, and its context ends`() async throws {
        try await onOwnThread("connections") {
            for _ in 0..<100 {
                let context = try Context()
                var hub = try Socket(.router, in: context)
                try hub.bind("tcp://127.0.0.1:*")
                var peer = try Socket(.req, in: context)
                try peer.watchConnections()
                try peer.connect(try hub.lastEndpoint)
            }
        }
    }

    @Test func `a watched socket that goes amid its handshake holds up no other connection`() async throws {
        try await onOwnThread("connections") {
            for _ in 0..<20 {
                let context = try Context()
                try Self.withHub(at: "tcp://127.0.0.1:*", in: context) { endpoint in
                    for round in 0..<100 {
                        var peer = try Socket(.dealer, in: context)
                        try peer.watchConnections()
                        try peer.connect(endpoint)
                        // Each goes at another moment of its handshake, which takes about half a millisecond.
                        let end = SystemClock.monotonic() + Int64(round) * 10
                        while SystemClock.monotonic() < end {}
                    }
                    var last = try Socket(.dealer, in: context)
                    try last.watchConnections()
                    try last.connect(endpoint)
                    #expect(try Self.next(&last) == .reached)
                    #expect(try Self.next(&last) == .established)
                }
            }
        }
    }
}

import LinuxSystem
import OwnThread
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10))) struct CurveTests {
    private static let server = try! CurveKeys.generate()
    private static let known = try! CurveKeys.generate()
    private static let unknown = try! CurveKeys.generate()

    /// What becomes of a peer, with the handler served meanwhile: the first connection event once it is reached.
    private static func outcome(
        of peer: inout Socket, served handler: inout ZAPHandler, _ requests: inout [ZAPHandler.Request]
    ) throws -> ConnectionEvent {
        let patience = Patience()
        while true {
            try patience.check()
            if let event = try peer.nextConnectionEvent(), event != .reached { return event }
            var poll = PollSet()
            poll.add(handler)
            poll.add(connectionsOf: peer)
            guard try poll.wait(timeout: .seconds(30)) else { throw NothingCame() }
            try handler.serve { request in
                requests.append(request)
                return request.key == known.public ? "web1" : nil
            }
        }
    }

    private static func hub(in context: Context, domain: String) throws -> Socket {
        var hub = try Socket(.router, in: context)
        try hub.serveCurve(secret: server.secret, domain: domain)
        try hub.bind("tcp://127.0.0.1:*")
        return hub
    }

    private static func peer(in context: Context, as client: CurveClient?) throws -> Socket {
        var peer = try Socket(.dealer, in: context)
        try peer.watchConnections()
        if let client { try peer.secure(as: client) }
        return peer
    }

    @Test func `a public key follows from the secret one`() throws {
        #expect(try CurveKeys.publicKey(of: Self.server.secret) == Self.server.public)
        #expect(Self.server.secret != Self.known.secret)
    }

    @Test func `a known key comes in, and its messages bear its name`() async throws {
        try await onOwnThread("curve") {
            let context = try Context()
            var handler = try ZAPHandler(in: context)
            var hub = try Self.hub(in: context, domain: "replies")
            var peer = try Self.peer(
                in: context, as: CurveClient(secret: Self.known.secret, server: Self.server.public))
            try peer.connect(try hub.lastEndpoint)
            var requests: [ZAPHandler.Request] = []
            #expect(try Self.outcome(of: &peer, served: &handler, &requests) == .established)
            #expect(requests.map(\.key) == [Self.known.public])
            #expect(requests.map(\.domain) == ["replies"])
            #expect(requests.map(\.address) == ["127.0.0.1"])
            try peer.sendWhenPossible([bytes("hello")])
            #expect(try hub.receiveNext().last == bytes("hello"))
            #expect(hub.userID == "web1")
            #expect(hub.property("Peer-Address") == "127.0.0.1")
        }
    }

    @Test(arguments: [true, false])
    func `an unknown key, or none, is refused before it says a word`(speaksCurve: Bool) async throws {
        try await onOwnThread("curve") {
            let context = try Context()
            var handler = try ZAPHandler(in: context)
            var hub = try Self.hub(in: context, domain: "replies")
            let client = speaksCurve ? CurveClient(secret: Self.unknown.secret, server: Self.server.public) : nil
            var peer = try Self.peer(in: context, as: client)
            try peer.connect(try hub.lastEndpoint)
            _ = try peer.send(bytes("hello"))
            var requests: [ZAPHandler.Request] = []
            #expect(try Self.outcome(of: &peer, served: &handler, &requests) == .refused)
            #expect(requests.count == (speaksCurve ? 1 : 0))
            #expect(try hub.staysSilent())
        }
    }

    @Test func `a server with another key is not talked to`() async throws {
        try await onOwnThread("curve") {
            let context = try Context()
            var handler = try ZAPHandler(in: context)
            var hub = try Self.hub(in: context, domain: "replies")
            var peer = try Self.peer(
                in: context, as: CurveClient(secret: Self.known.secret, server: Self.unknown.public))
            try peer.connect(try hub.lastEndpoint)
            _ = try peer.send(bytes("hello"))
            #expect(try hub.staysSilent())
            var requests = 0
            try handler.serve { _ in
                requests += 1
                return "web1"
            }
            #expect(requests == 0)
            _ = peer
        }
    }

    @Test func `a domain that nobody is asked about lets nobody in`() async throws {
        try await onOwnThread("curve") {
            let context = try Context()
            var hub = try Self.hub(in: context, domain: "replies")
            var peer = try Self.peer(
                in: context, as: CurveClient(secret: Self.known.secret, server: Self.server.public))
            try peer.connect(try hub.lastEndpoint)
            _ = try peer.send(bytes("hello"))
            #expect(try hub.staysSilent())
            _ = peer
        }
    }
}

import BanModel
import ClusterProtocol
import HubClient
import LinuxSystem
import OwnThread
import Testing
import ZeroMQ

/// A hub's end of the wire, on a port of its own.
private struct TestHub: ~Copyable {
    var socket: Socket
    let endpoint: String

    init(_ context: Context, at endpoint: String = "tcp://127.0.0.1:*") throws {
        var socket = try Socket(.router, in: context)
        try socket.bind(endpoint)
        self.endpoint = try socket.lastEndpoint
        self.socket = socket
    }

    mutating func request() throws -> (peer: [UInt8], body: [UInt8])? {
        try socket.receive().map { ($0[0], $0[2]) }
    }

    mutating func reply(_ peer: [UInt8], _ body: [UInt8]) throws { _ = try socket.send([peer, [], body]) }
}

private let hello = Hello(host: Host("a")!, instance: Instance(number: 7), token: nil).bytes
private let old = Array("NAK".utf8)

/// What a test waited for in vain.
private struct NothingCame: Error {}

extension HubLinks {
    /// Works on real time until one of its events is what is wanted; the hubs answer meanwhile.
    fileprivate mutating func wait(
        answering hub: (() throws -> Void) = {}, for wanted: (Event) -> Bool
    ) throws -> Event {
        let end = SystemClock.monotonic() + 30_000_000
        let nothing = try Wakeup()  // a poll wants something to watch, and a link that rests has nothing
        while SystemClock.monotonic() < end {
            for event in try work(at: SystemClock.monotonic(), hello: { hello }) where wanted(event) { return event }
            try hub()
            var ready = PollSet()
            register(in: &ready)
            ready.add(fileDescriptor: nothing.fileDescriptor)
            _ = try ready.wait(timeout: .milliseconds(5))
        }
        throw NothingCame()
    }
}

@Suite(.timeLimit(.minutes(10))) struct HubLinksTests {
    private static func links(_ context: Context, _ endpoints: [String], limit: Duration = .seconds(20)) -> HubLinks {
        HubLinks(
            context: context, hubs: endpoints.map { HubAddress(endpoint: $0, curve: nil) }, timeLimit: limit,
            at: SystemClock.monotonic())
    }

    private static func isChosen(_ event: HubLinks.Event) -> Bool { if case .chosen = event { true } else { false } }
    private static func isReply(_ event: HubLinks.Event) -> Bool { if case .reply = event { true } else { false } }
    private static func isLost(_ event: HubLinks.Event) -> Bool { if case .lost = event { true } else { false } }

    @Test func `a hello is the first message, then one request at a time is answered`() async throws {
        try await onOwnThread("links") {
            let context = try Context()
            var hub = try TestHub(context)
            var links = Self.links(context, [hub.endpoint])
            var heard: [[UInt8]] = []
            func serve() throws {
                guard let (peer, body) = try hub.request() else { return }
                heard.append(body)
                try hub.reply(peer, body == hello ? old : body)
            }
            guard case .chosen(let endpoint, let reply, _) = try links.wait(answering: serve, for: Self.isChosen) else {
                return
            }
            #expect(endpoint == hub.endpoint)
            #expect(reply == .oldHub)
            for body in [[1], [2, 3]] as [[UInt8]] {
                #expect(links.isIdle == true)
                #expect(try links.ask(body, at: SystemClock.monotonic()) == true)
                #expect(links.isIdle == false)
                guard case .reply(let bytes) = try links.wait(answering: serve, for: Self.isReply) else { return }
                #expect(bytes == body)
            }
            #expect(heard == [hello, [1], [2, 3]])
        }
    }

    @Test func `schedule 21: a connection that breaks begins with a hello again, and nothing else is sent twice`()
        async throws
    {
        try await onOwnThread("links") {
            let context = try Context()
            var links = try Self.linksToHubThatWentAway(context)
            _ = try links.wait(for: Self.isLost)
            var heard: [[UInt8]] = []
            var hub = try TestHub(context, at: links.endpoints[0])
            func serve() throws {
                guard let (peer, body) = try hub.request() else { return }
                heard.append(body)
                try hub.reply(peer, old)
            }
            _ = try links.wait(answering: serve, for: Self.isChosen)
            #expect(heard == [hello])
        }
    }

    /// The hub was asked, and closed without an answer.
    private static func linksToHubThatWentAway(_ context: Context) throws -> HubLinks {
        var hub = try TestHub(context)
        var links = Self.links(context, [hub.endpoint])
        func serve() throws {
            guard let (peer, body) = try hub.request() else { return }
            if body == hello { try hub.reply(peer, old) }
        }
        _ = try links.wait(answering: serve, for: isChosen)
        _ = try links.ask([1], at: SystemClock.monotonic())
        return links
    }

    @Test func `schedule 21: a new hub that refuses the token is not taken for an old one, and the next one is asked`()
        async throws
    {
        try await onOwnThread("links") {
            let context = try Context()
            var first = try TestHub(context)
            var second = try TestHub(context)
            var links = Self.links(context, [first.endpoint, second.endpoint])
            var refused = 0
            func serve() throws {
                if let (peer, _) = try first.request() {
                    refused += 1
                    try first.reply(peer, HubRefusal(.later, "a token is asked for").bytes)
                }
                if let (peer, _) = try second.request() { try second.reply(peer, old) }
            }
            guard case .chosen(let endpoint, _, _) = try links.wait(answering: serve, for: Self.isChosen) else {
                return
            }
            #expect(endpoint == second.endpoint)
            #expect(refused >= 1)
        }
    }

    @Test func `a hub that does not answer in time is given up, and the next one is asked`() async throws {
        try await onOwnThread("links") {
            let context = try Context()
            var first = try TestHub(context)
            var second = try TestHub(context)
            var links = Self.links(context, [first.endpoint, second.endpoint], limit: .milliseconds(300))
            var isMute = false
            func serve() throws {
                if let (peer, body) = try first.request(), !isMute { try first.reply(peer, body == hello ? old : body) }
                if let (peer, _) = try second.request() { try second.reply(peer, old) }
            }
            guard case .chosen(let endpoint, _, _) = try links.wait(answering: serve, for: Self.isChosen) else {
                return
            }
            #expect(endpoint == first.endpoint)
            isMute = true
            _ = try links.ask([1], at: SystemClock.monotonic())
            guard case .lost(_, let reason) = try links.wait(answering: serve, for: Self.isLost) else { return }
            #expect(reason == "no answer")
            guard case .chosen(let next, _, _) = try links.wait(answering: serve, for: Self.isChosen) else { return }
            #expect(next == second.endpoint)
        }
    }
}

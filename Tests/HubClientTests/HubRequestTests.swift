import HubClient
import LinuxSystem
import Testing
import ZeroMQ

/// A hub's end of the wire, on a port of its own.
private struct Hub: ~Copyable {
    var socket: Socket
    let endpoint: String

    init(_ context: Context) throws {
        var socket = try Socket(.router, in: context)
        try socket.bind("tcp://127.0.0.1:*")
        endpoint = try socket.lastEndpoint
        self.socket = socket
    }

    /// The next request: who asks, and what.
    mutating func request() throws -> (peer: [UInt8], body: [UInt8]) {
        while true {
            if let frames = try socket.receive() { return (frames[0], frames[2]) }
            var ready = PollSet()
            _ = ready.add(socket, for: .reading)
            _ = try ready.wait(timeout: nil)
        }
    }

    mutating func reply(_ frames: [[UInt8]]) throws { _ = try socket.send(frames) }
}

@Suite(.timeLimit(.minutes(1))) struct HubRequestTests {
    private func reply(to request: inout HubRequest) throws -> [UInt8] {
        while true {
            if let reply = try request.receive() { return reply }
            var ready = PollSet()
            request.register(in: &ready)
            _ = try ready.wait(timeout: nil)
        }
    }

    @Test func `a request gets its reply, and the next may follow`() throws {
        let context = try Context()
        var hub = try Hub(context)
        var request = HubRequest(context: context, endpoint: hub.endpoint, timeLimit: .seconds(5))
        for body in [[1], [2, 3]] as [[UInt8]] {
            #expect(request.isIdle == true)
            try request.send(body, at: 0)
            #expect(request.isIdle == false)
            let (peer, heard) = try hub.request()
            #expect(heard == body)
            try hub.reply([peer, [], body])
            #expect(try reply(to: &request) == body)
        }
        #expect(request.deadline == nil)
    }

    @Test func `silence ends with the time limit, and each pause is longer, up to five seconds`() throws {
        let context = try Context()
        var request = HubRequest(context: context, endpoint: "tcp://127.0.0.1:1", timeLimit: .seconds(5))
        var now: Int64 = 0
        var pauses: [Int64] = []
        for _ in 0..<8 {
            try request.send([1], at: now)
            #expect(request.deadline == now + 5_000_000)
            #expect(request.expire(at: now + 4_999_999) == false)
            now += 5_000_000
            #expect(request.expire(at: now) == true)
            let until = request.deadline
            let deadline = try #require(until)
            pauses.append(deadline - now)
            #expect(request.isIdle == false)
            now = deadline
            #expect(request.expire(at: now) == false)
            #expect(request.isIdle == true)
        }
        #expect(pauses == [100, 200, 400, 800, 1600, 3200, 5000, 5000].map { $0 * 1000 })
    }

    @Test func `a reply that comes too late is not taken for the next request's`() throws {
        let context = try Context()
        var hub = try Hub(context)
        var request = HubRequest(context: context, endpoint: hub.endpoint, timeLimit: .seconds(5))
        try request.send([1], at: 0)
        let (late, _) = try hub.request()
        #expect(request.expire(at: 5_000_000) == true)
        #expect(request.expire(at: 5_100_000) == false)
        try request.send([2], at: 5_100_000)
        let (peer, body) = try hub.request()
        #expect(body == [2])
        try hub.reply([late, [], [1]])
        try hub.reply([peer, [], [2]])
        #expect(try reply(to: &request) == [2])
    }

    @Test func `a reply of several frames is no reply that anybody understands`() throws {
        let context = try Context()
        var hub = try Hub(context)
        var request = HubRequest(context: context, endpoint: hub.endpoint, timeLimit: .seconds(5))
        try request.send([1], at: 0)
        let (peer, _) = try hub.request()
        try hub.reply([peer, [], [1], [2]])
        let answer = try reply(to: &request)
        #expect(answer == [])
    }
}

import Foundation
import LinuxSystem
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10))) struct SocketTests {
    @Test(arguments: ["inproc://round-trip", "tcp://127.0.0.1:*"])
    func `a request reaches a ROUTER and its reply comes back`(endpoint: String) throws {
        let context = try Context()
        var router = try Socket(.router, in: context)
        try router.bind(endpoint)
        var request = try Socket(.req, in: context)
        try request.connect(try router.lastEndpoint)
        for round in 0..<3 {
            try request.sendWhenPossible([bytes("question \(round)")])
            let message = try router.receiveNext()
            #expect(message.count == 3)
            #expect(message[1] == [])
            #expect(message[2] == bytes("question \(round)"))
            #expect(try router.send([message[0], [], bytes("answer \(round)")]))
            #expect(try request.receiveNext() == [bytes("answer \(round)")])
        }
    }

    @Test func `a ROUTER knows its peer's address over TCP`() throws {
        let context = try Context()
        var router = try Socket(.router, in: context)
        try router.bind("tcp://127.0.0.1:*")
        var dealer = try Socket(.dealer, in: context)
        try dealer.setIdentity(bytes("me"))
        try dealer.connect(try router.lastEndpoint)
        try dealer.sendWhenPossible([bytes("x")])
        #expect(try router.receiveNext() == [bytes("me"), bytes("x")])
        #expect(router.property("Peer-Address") == "127.0.0.1")
        #expect(router.property("User-Id") == nil)
    }

    @Test(arguments: [0, 1, 33, 34, 1000, 100_000]) func `frames of every size come whole`(size: Int) throws {
        let context = try Context()
        var left = try Socket(.pair, in: context)
        var right = try Socket(.pair, in: context)
        try left.bind("inproc://sizes")
        try right.connect("inproc://sizes")
        let frame = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try left.send(frame))
        #expect(try left.send([frame, [], frame]))
        #expect(try left.send(frame))
        #expect(try right.receiveNext() == [frame])
        #expect(try right.receiveNext() == [frame, [], frame])
        #expect(try right.receiveSingle() == .frame(frame))
        #expect(try right.receiveSingle() == nil)
        #expect(try right.receive() == nil)
    }

    @Test func `a message of sixteen frames comes whole, one of seventeen is dropped whole`() throws {
        let context = try Context()
        var left = try Socket(.pair, in: context)
        var right = try Socket(.pair, in: context)
        try left.bind("inproc://frames")
        try right.connect("inproc://frames")
        let sixteen = (0..<16).map { [UInt8($0)] }
        #expect(Socket.frameLimit == 16)
        for message in [sixteen, sixteen + [[16]], sixteen + (16..<200).map { [$0] }, [bytes("next")]] {
            #expect(try left.send(message))
        }
        #expect(try right.receiveNext() == sixteen)
        #expect(try right.receiveNext() == [])
        #expect(try right.receiveNext() == [])
        #expect(try right.receiveNext() == [bytes("next")])
    }

    @Test func `a message of several frames is no single frame`() throws {
        let context = try Context()
        var left = try Socket(.pair, in: context)
        var right = try Socket(.pair, in: context)
        try left.bind("inproc://single")
        try right.connect("inproc://single")
        #expect(try left.send([[1], [2], [3]]))
        #expect(try left.send([4]))
        #expect(try right.receiveSingle() == .severalFrames)
        #expect(try right.receiveSingle() == .frame([4]))
    }

    @Test func `a peer that sends too large a message is cut off, the others are served`() throws {
        let context = try Context()
        var router = try Socket(.router, in: context, maximumMessageSize: 1000)
        try router.bind("tcp://127.0.0.1:*")
        var greedy = try Socket(.dealer, in: context)
        var modest = try Socket(.dealer, in: context)
        try greedy.setReconnect(-1, maximum: 0)
        try greedy.connect(try router.lastEndpoint)
        try modest.connect(try router.lastEndpoint)
        try greedy.sendWhenPossible([bytes("before")])
        #expect(try router.receiveNext()[1] == bytes("before"))
        try greedy.sendWhenPossible([[UInt8](repeating: 1, count: 1001)])
        try greedy.sendWhenPossible([bytes("behind")])
        try modest.sendWhenPossible([[UInt8](repeating: 2, count: 1000)])
        #expect(try router.receiveNext()[1] == [UInt8](repeating: 2, count: 1000))
        #expect(try router.staysSilent())
    }

    @Test func `a send that would have to wait says so and sends nothing`() throws {
        let context = try Context()
        var dealer = try Socket(.dealer, in: context)
        #expect(try !dealer.send([1]))
        #expect(try !dealer.send([[1], [2]]))
        var router = try Socket(.router, in: context)
        try router.bind("inproc://late")
        try dealer.connect("inproc://late")
        #expect(try dealer.send([[3], [4]]))
        #expect(try router.receiveNext().dropFirst() == [[3], [4]])
        #expect(try router.receive() == nil)
    }

    @Test func `a full queue takes whole messages only`() throws {
        let context = try Context()
        var left = try Socket(.pair, in: context)
        var right = try Socket(.pair, in: context)
        try left.setHighWaterMarks(send: 5, receive: 5)
        try right.setHighWaterMarks(send: 5, receive: 5)
        try left.bind("inproc://full")
        try right.connect("inproc://full")
        var sent: [[[UInt8]]] = []
        while true {
            let message: [[UInt8]] = [[UInt8(sent.count)], [1], [2]]
            guard try left.send(message) else { break }
            sent.append(message)
            try #require(sent.count < 100)
        }
        #expect(!sent.isEmpty)
        for message in sent { #expect(try right.receiveNext() == message) }
        #expect(try right.receive() == nil)
    }

    /// Faster than libzmq looks for what was read: without being asked to, it would drop an answer.
    @Test func `who reads each answer before he asks again has all of them, however fast`() throws {
        let context = try Context()
        var router = try Socket(.router, in: context)
        try router.setHighWaterMarks(send: 2, receive: 100)
        try router.setRouterMandatory(true)
        try router.bind("tcp://127.0.0.1:*")
        var request = try Socket(.req, in: context)
        try request.connect(try router.lastEndpoint)
        for number in 0..<2_000 {
            try request.sendWhenPossible([bytes("\(number)")])
            let frames = try router.receiveNext()
            #expect(try router.answer(frames))
            #expect(try request.receiveNext() == [bytes("\(number)")])
        }
    }

    @Test func `who does not read is not answered without end, and who is gone is not answered at all`() throws {
        let context = try Context()
        var router = try Socket(.router, in: context)
        try router.setHighWaterMarks(send: 2, receive: 100)
        try router.setRouterMandatory(true)
        try router.bind("tcp://127.0.0.1:*")
        #expect(try router.answer([bytes("nobody"), [], bytes("?")]))
        var dealer = try Socket(.dealer, in: context)
        try dealer.setHighWaterMarks(send: 100, receive: 1)
        try dealer.connect(try router.lastEndpoint)
        try dealer.sendWhenPossible([bytes("hello")])
        let identity = try router.receiveNext()[0]
        let long = [UInt8](repeating: 0, count: 1 << 20)
        let patience = Patience()
        while try router.answer([identity, long]) { try patience.check() }
    }

    @Test func `a reply to a peer that has vanished is dropped, or refused where that is asked for`() throws {
        let context = try Context()
        var router = try Socket(.router, in: context)
        try router.bind("tcp://127.0.0.1:*")
        let identity: [UInt8]
        do {
            var request = try Socket(.req, in: context)
            try request.connect(try router.lastEndpoint)
            try request.sendWhenPossible([bytes("and away")])
            identity = try router.receiveNext()[0]
        }
        #expect(try router.send([identity, [], bytes("too late")]))
        try router.setRouterMandatory(true)
        var failure: ZMQError?
        // libzmq learns of the end from its I/O thread: until then it takes the reply. It lets a peer go when all that it
        // sent is received: without that a queue that filled up meanwhile would stay full.
        let patience = Patience()
        while failure == nil {
            try patience.check()
            #expect(try router.receive() == nil)
            do throws(ZMQError) { _ = try router.send([identity, [], bytes("too late")]) } catch { failure = error }
        }
        #expect(failure?.isUnreachable == true)
        #expect(failure?.description == "send on router: Host unreachable")
        // A refused message leaves no frame behind that would spoil the next.
        var dealer = try Socket(.dealer, in: context)
        try dealer.setIdentity(bytes("new"))
        try dealer.connect(try router.lastEndpoint)
        try dealer.sendWhenPossible([bytes("hello")])
        #expect(try router.receiveNext() == [bytes("new"), bytes("hello")])
        #expect(try router.send([bytes("new"), bytes("welcome")]))
        #expect(try dealer.receiveNext() == [bytes("welcome")])
    }

    @Test func `errors carry libzmq's number and its text`() throws {
        let context = try Context()
        var first = try Socket(.router, in: context)
        try first.bind("tcp://127.0.0.1:*")
        let endpoint = try first.lastEndpoint
        var socket = try Socket(.router, in: context)
        var errors: [ZMQError] = []
        do throws(ZMQError) { try socket.bind(endpoint) } catch { errors.append(error) }
        do throws(ZMQError) { try socket.connect("carrier-pigeon://x") } catch { errors.append(error) }
        do throws(ZMQError) { try socket.subscribe([]) } catch { errors.append(error) }
        do throws(ZMQError) { try socket.unbind("tcp://127.0.0.1:1") } catch { errors.append(error) }
        var reply = try Socket(.rep, in: context)
        do throws(ZMQError) { _ = try reply.send([1]) } catch { errors.append(error) }
        #expect(
            errors.map(\.description) == [
                "bind \(endpoint): Address already in use", "connect carrier-pigeon://x: Protocol not supported",
                "set ZMQ_SUBSCRIBE: Invalid argument", "unbind tcp://127.0.0.1:1: No such file or directory",
                "send on rep: Operation cannot be accomplished in current state",
            ])
        #expect(errors.map(\.code).prefix(4) == [EADDRINUSE, EPROTONOSUPPORT, EINVAL, ENOENT])
        #expect(errors[0].isAddressInUse && errors[4].isOutOfTurn && !errors[0].isTermination)
    }

    @Test func `an endpoint that was unbound can be bound again, and cuts its peers off`() throws {
        let context = try Context()
        var router = try Socket(.router, in: context)
        try router.bind("tcp://127.0.0.1:*")
        let endpoint = try router.lastEndpoint
        var dealer = try Socket(.dealer, in: context)
        try dealer.setReconnect(10, maximum: 0)
        try dealer.connect(endpoint)
        try dealer.sendWhenPossible([bytes("one")])
        #expect(try router.receiveNext()[1] == bytes("one"))
        try router.unbind(endpoint)
        var bound = false
        let patience = Patience()
        // libzmq closes the listener on its I/O thread.
        while !bound {
            try patience.check()
            do throws(ZMQError) {
                try router.bind(endpoint)
                bound = true
            } catch { try #require(error.isAddressInUse) }
        }
        // What is sent into the old connection is lost with it.
        while try router.receive() == nil {
            try patience.check()
            _ = try dealer.send(bytes("two"))
            var poll = PollSet()
            poll.add(router, for: .reading)
            try poll.wait(timeout: .milliseconds(10))
        }
    }

    @Test func `every option is taken`() throws {
        let context = try Context()
        var socket = try Socket(.xpub, in: context)
        try socket.setLinger(100)
        try socket.setHighWaterMarks(send: 10, receive: 10)
        try socket.setManualSubscriptions()
        try socket.setNoDrop(true)
        try socket.setImmediate(true)
        try socket.setReconnect(100, maximum: 5000)
        try socket.setHeartbeat(interval: 1000, timeout: 3000)
        try socket.setConnectLimit(2000)
        try socket.setHandshakeLimit(3000)
        try socket.setIPv6(true)
        for kind in Socket.Kind.allCases { #expect(try Socket(kind, in: context).kind == kind) }
    }

    @Test func `both families are served by one port`() throws {
        let context = try Context()
        var router = try Socket(.router, in: context)
        try router.setIPv6(true)
        try router.bind("tcp://*:*")
        let port = try #require(try router.lastEndpoint.split(separator: ":").last)
        for host in ["127.0.0.1", "[::1]"] {
            var dealer = try Socket(.dealer, in: context)
            try dealer.setIPv6(true)
            try dealer.connect("tcp://\(host):\(port)")
            try dealer.sendWhenPossible([bytes(host)])
            #expect(try router.receiveNext()[1] == bytes(host))
        }
    }
}

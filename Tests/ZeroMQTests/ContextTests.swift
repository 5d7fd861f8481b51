import LinuxSystem
import OwnThread
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10))) struct ContextTests {
    @Test func `shutting down ends a wait on another thread, and every call after it`() async throws {
        let context = try Context()
        let ready = try Wakeup()
        async let errors = onOwnThread("waits") {
            Result { () -> [ZMQError] in
                var socket = try Socket(.pair, in: context)
                try socket.bind("inproc://shutdown")
                var errors: [ZMQError] = []
                do throws(ZMQError) {
                    var poll = PollSet()
                    poll.add(socket, for: .reading)
                    ready.signal()
                    try poll.wait(timeout: nil)
                    // A wait that had begun ends as if a message had come: receiving then tells.
                    _ = try socket.receive()
                } catch { errors.append(error) }
                do throws(ZMQError) { _ = try socket.send([1]) } catch { errors.append(error) }
                do throws(ZMQError) { _ = try Socket(.pair, in: context) } catch { errors.append(error) }
                return errors
            }
        }
        try await becomesReadable(ready.fileDescriptor)
        context.shutDown()
        let found = try await errors.get()
        #expect(found.count == 3)
        for error in found { #expect(error.isTermination, "\(error)") }
    }

    @Test func `by default nothing pending holds up the end`() throws {
        do {
            let context = try Context()
            var dealer = try Socket(.dealer, in: context)
            // Nobody listens there: with libzmq's own linger the end would wait for ever.
            try dealer.connect("tcp://127.0.0.1:9")
            #expect(try dealer.send([1]))
        }
        do {
            let context = try Context()
            var dealer = try Socket(.dealer, in: context)
            try dealer.setLinger(50)
            try dealer.connect("tcp://127.0.0.1:9")
            #expect(try dealer.send([1]))
        }
    }

    @Test func `with linger what is pending still goes out after the socket closed`() throws {
        let receiving = try Context()
        var router = try Socket(.router, in: receiving)
        try router.bind("tcp://127.0.0.1:*")
        let count = 200
        do {
            let context = try Context()
            var dealer = try Socket(.dealer, in: context)
            try dealer.setLinger(30_000)
            try dealer.connect(try router.lastEndpoint)
            for number in 0..<count { #expect(try dealer.send([UInt8(number)])) }
        }
        for number in 0..<count { #expect(try router.receiveNext()[1] == [UInt8(number)]) }
    }

    @Test func `a socket keeps its context`() throws {
        var socket = try Socket(.pair, in: Context())
        var peer = try Socket(.pair, in: Context())
        try socket.bind("tcp://127.0.0.1:*")
        try peer.connect(try socket.lastEndpoint)
        try peer.sendWhenPossible([[1]])
        #expect(try socket.receiveNext() == [[1]])
    }

    @Test func `a context without I/O threads serves inproc, and a wrong number is refused`() throws {
        let context = try Context(ioThreads: 0)
        var left = try Socket(.pair, in: context)
        var right = try Socket(.pair, in: context)
        try left.bind("inproc://alone")
        try right.connect("inproc://alone")
        #expect(try left.send([1]))
        #expect(try right.receiveNext() == [[1]])
        let error = #expect(throws: ZMQError.self) { try Context(ioThreads: -1) }
        #expect(error?.description == "set ZMQ_IO_THREADS: Invalid argument")
    }
}

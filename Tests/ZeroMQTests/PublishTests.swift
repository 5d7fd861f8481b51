import LinuxSystem
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10))) struct PublishTests {
    /// Receives one subscription at the hub and gives the peer what it may have: everything means what is printable.
    private func admit(_ hub: inout Socket) throws {
        let request = try #require(try hub.receiveNext().first)
        try #require(request.first == 1)
        if request.count > 1 { return try hub.subscribe(Array(request.dropFirst())) }
        for first in UInt8(0x20)...0x7e { try hub.subscribe([first]) }
    }

    @Test(arguments: ["inproc://manual", "tcp://127.0.0.1:*"])
    func `who asks for everything is given the printable only, who asks for 0x01 gets that`(endpoint: String) throws {
        let context = try Context()
        var hub = try Socket(.xpub, in: context)
        try hub.setManualSubscriptions()
        try hub.bind(endpoint)
        var old = try Socket(.sub, in: context)
        try old.subscribe([])
        try old.connect(try hub.lastEndpoint)
        try admit(&hub)
        var new = try Socket(.sub, in: context)
        try new.subscribe([1])
        try new.connect(try hub.lastEndpoint)
        try admit(&hub)

        for message in [[1, 65], bytes("host|sshd|Ban|192.0.2.1"), [0x7f, 1], [1, 66], bytes("~last")] as [[UInt8]] {
            #expect(try hub.send(message))
        }
        #expect(try old.receiveNext() == [bytes("host|sshd|Ban|192.0.2.1")])
        #expect(try old.receiveNext() == [bytes("~last")])
        #expect(try new.receiveNext() == [[1, 65]])
        #expect(try new.receiveNext() == [[1, 66]])
        // Order is kept for each peer: whatever it was to be spared would have come before these.
        #expect(try hub.send([1, 67]))
        #expect(try hub.send(bytes("end")))
        #expect(try new.receiveNext() == [[1, 67]])
        #expect(try old.receiveNext() == [bytes("end")])
    }

    @Test func `a peer that is given nothing gets nothing, and one that leaves is told`() throws {
        let context = try Context()
        var hub = try Socket(.xpub, in: context)
        try hub.setManualSubscriptions()
        try hub.bind("inproc://deaf")
        var deaf = try Socket(.sub, in: context)
        try deaf.subscribe(bytes("x"))
        try deaf.connect("inproc://deaf")
        #expect(try hub.receiveNext() == [[1] + bytes("x")])
        var heard = try Socket(.sub, in: context)
        try heard.subscribe(bytes("x"))
        try heard.connect("inproc://deaf")
        try admit(&hub)
        #expect(try hub.send(bytes("x1")))
        #expect(try heard.receiveNext() == [bytes("x1")])
        #expect(try deaf.receive() == nil)
        try heard.unsubscribe(bytes("x"))
        #expect(try hub.receiveNext() == [[0] + bytes("x")])
    }

    @Test func `a subscriber gets what begins with its prefix, in order`() throws {
        let context = try Context()
        var hub = try Socket(.xpub, in: context)
        try hub.bind("tcp://127.0.0.1:*")
        var subscriber = try Socket(.sub, in: context)
        try subscriber.subscribe(bytes("mx"))
        try subscriber.connect(try hub.lastEndpoint)
        #expect(try hub.receiveNext() == [[1] + bytes("mx")])
        for number in 0..<500 {
            #expect(try hub.send(bytes("mx\(number)")))
            #expect(try hub.send(bytes("other\(number)")))
        }
        for number in 0..<500 { #expect(try subscriber.receiveNext() == [bytes("mx\(number)")]) }
    }
}

import Foundation
import OwnThread
import RealFail2Ban
import Testing

/// What those who ask for much, and those who do not read, can do to a hub and to those who report.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BurdenTests {
    private static let isLong = ProcessInfo.processInfo.environment["FAIL2BAN_CLUSTER_LONG_TESTS"] != nil

    /// Fills a hub with reports, and knows how to ask for them all at once.
    private static let prelude = #"""
        import os, signal, sys, time, zmq
        (replies, broadcasts, log), (pid, count) = sys.argv[1:4], map(int, sys.argv[4:])
        context = zmq.Context()
        context.set(zmq.MAX_SOCKETS, 4000)
        def memory():
            for line in open("/proc/%d/status" % pid):
                if line.startswith("VmRSS"):
                    return int(line.split()[1]) // 1024
        def connected(kind, endpoint, **options):
            socket = context.socket(kind)
            for name, value in options.items():
                setattr(socket, name, value)
            events = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
            socket.connect(endpoint)
            events.recv_multipart()
            socket.disable_monitor()
            return socket
        reporter = connected(zmq.REQ, replies)
        for begin in range(0, count, 1000):
            lines = ["banned a log sshd 198.%d.%d.%d %d forever"
                     % (18 + n // 65536, n // 256 % 256, n % 256, time.time() * 1e6 + n)
                     for n in range(begin, begin + 1000)]
            reporter.send(("REPORTS|a 0000000000000001\n" + "\n".join(lines)).encode())
            assert reporter.recv().startswith(b"TAKEN")
        everything = b"SYNC|b\nfetch " + b" ".join(b"%d" % n for n in range(1024))

        """#

    private static func run(_ script: String, _ hub: TestHub, count: Int) throws -> String {
        try python(
            prelude + script,
            [
                hub.replies, hub.broadcasts, hub.publisher.folder.file("log"), "\(hub.publisher.pid)", "\(count)",
            ])
    }

    @Test func `a peer that asks and never reads makes the hub hold a few answers, and others are served`()
        async throws
    {
        let hub = try await TestHub("ratelimit = 1000000/s")
        let script = #"""
            before = memory()
            # What it does not read is to stay with the hub, not with the network.
            deaf = connected(zmq.DEALER, replies, rcvhwm=1, rcvbuf=4096, sndhwm=0)
            def answered():
                with open(log) as lines:
                    return sum(" sync " in line for line in lines)
            asked = 0
            for number in range(20):
                for _ in range(16):
                    deaf.send_multipart([b"", everything])
                asked += 16
                while answered() < asked:
                    time.sleep(0.05)
            other = connected(zmq.REQ, replies)
            other.send(b"SYNC|c\nsince 0000000000000000 0")
            assert other.recv().startswith(b"BUCKETS")
            print(asked, memory() - before)
            """#
        let output = try Self.run(script, hub, count: 8_000)
        let numbers = output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        try #require(numbers.count == 2, "\(output)")
        // 320 answers of about half a megabyte each.
        print("\(numbers[0]) unread answers: \(numbers[1]) MB more")
        #expect(numbers[1] < 60)
    }

    @Test func `a ban is broadcast before the many that copy everything are answered`() async throws {
        let hub = try await TestHub("ratelimit = 1000000/s")
        // The hub is held up meanwhile, so that it finds all of it waiting.
        let script = #"""
            listener = connected(zmq.SUB, broadcasts, rcvtimeo=60000)
            listener.subscribe(b"\x01")
            # Whoever subscribes is given it in a moment; then one report shows that it is.
            number = 0
            while True:
                number += 1
                reporter.send(b"REPORTS|a 0000000000000001\nbanned a log sshd 203.0.113.1 %d forever"
                              % (time.time() * 1e6 + 1e9 + number))
                reporter.recv()
                if listener.poll(200):
                    break
            while listener.poll(3000):
                listener.recv()
            copies = [connected(zmq.REQ, replies) for _ in range(100)]
            os.kill(pid, signal.SIGSTOP)
            for copy in copies:
                copy.send(everything)
            time.sleep(0.5)
            reporter.send(b"REPORTS|a 0000000000000001\nbanned a log sshd 203.0.113.2 %d forever" % (time.time() * 1e6))
            time.sleep(0.5)
            os.kill(pid, signal.SIGCONT)
            poller = zmq.Poller()
            for socket in copies + [listener]:
                poller.register(socket, zmq.POLLIN)
            answered, before = 0, None
            while answered < len(copies):
                for socket, event in poller.poll(60000):
                    message = socket.recv()
                    if socket is not listener:
                        answered += 1
                    elif b"203.0.113.2" in message:
                        before = answered
            print(before)
            """#
        let output = try Self.run(script, hub, count: 8_000).trimmingCharacters(in: .whitespacesAndNewlines)
        let before = try #require(Int(output), "\(output)")
        print("\(before) of 100 copies were answered before the broadcast")
        #expect(before < 30)
    }

    @Test(.enabled(if: OwnMounts.arePossible, "needs the right to mount a file system of its own"))
    func `a subscriber whose ledger could not be written acts once it can be, though its old hub says nothing more`()
        async throws
    {
        let folder = try Folder()
        let disk = try Folder()
        let small = SmallDisk(path: disk.path, megabytes: 1)
        let broadcasts = "ipc://\(folder.file("broadcasts"))"
        let subscriber = try await Daemon(
            "fail2ban-subscriber", host: "b", state: small.path,
            section: """
                [subscriber]
                zmqpublisherurl = \(broadcasts)
                subscriberaction = log
                logfile = \(folder.file("b.log"))
                """, wrapper: small.wrapper)
        try small.fill(seenBy: subscriber)
        let script = #"""
            import sys, zmq
            hub = zmq.Context().socket(zmq.XPUB)
            hub.bind(sys.argv[1])
            hub.recv()
            for number in range(500):
                hub.send(b"a|sshd|Ban|198.51.%d.%d" % (100 + number // 250, number % 250))
            # Gone before there is room again: its end is no news that could wake anybody.
            """#
        _ = try python(script, [broadcasts])
        try await eventually("it says why it does nothing") {
            subscriber.log.contains { $0.contains("the ledger cannot be written") }
        }
        #expect(folder.lines(of: "b.log").count < 500)
        try small.free(seenBy: subscriber)
        try await eventually("it bans", within: .seconds(60)) {
            folder.lines(of: "b.log").count == 500
        }
    }

    @Test(.enabled(if: isLong, "waits for 90 s of silence: scripts/test --long"))
    func `a subscriber that hears no broadcast of a hub that answers says so once, and has its bans all the same`()
        async throws
    {
        let home = try Folder()
        let hub = try await TestHub("ratelimit = 1000000/s")
        // Nobody listens there.
        let blocked = "ipc://\(home.file("blocked"))"
        let subscriber = try await Daemon(
            "fail2ban-subscriber", host: "b",
            section: """
                [subscriber]
                zmqpublisherurl = \(blocked)
                zmqreplyserver = \(hub.replies)
                subscriberaction = log
                logfile = \(home.file("b.log"))
                """)
        try await eventually { subscriber.log.contains { $0.contains(" in step ") } }
        _ = try Self.run("print()", hub, count: 1_000)
        let complaint = "nothing that it broadcasts arrives"
        try await eventually("it complains", within: .seconds(180)) {
            subscriber.log.contains { $0.contains(complaint) && $0.contains(blocked) }
        }
        try await eventually("it has them", within: .seconds(60)) { home.lines(of: "b.log").count == 1_000 }
        let steps = subscriber.log.filter { $0.contains(" in step ") }.count
        try await eventually("it asks again", within: .seconds(120)) {
            subscriber.log.filter { $0.contains(" in step ") }.count >= steps + 2
        }
        #expect(subscriber.log.filter { $0.contains(complaint) }.count == 1)
    }
}

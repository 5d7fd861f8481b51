import Foundation
import RealFail2Ban
import Testing

/// The three daemons, as built, with a log that the test writes itself, and no fail2ban.
@Suite(.serialized) struct WireTests {
    static func line(_ message: String, _ date: Date = Date()) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "UTC")
        format.dateFormat = "yyyy-MM-dd HH:mm:ss,SSS"
        return "\(format.string(from: date)) fail2ban.actions        [4242]: NOTICE  \(message)\n"
    }

    @Test func `a ban in A's log is a line in B's, and this host's own reports are not`() async throws {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let hub = try await TestHub()
        let other = try await hub.subscriber(host: "b", "subscriberaction = log\nlogfile = \(log.file("b.log"))")
        let own = try await hub.subscriber(host: "a", "subscriberaction = log\nlogfile = \(log.file("a.log"))")
        let monitor = try await hub.monitor(host: "a", log: log.file("fail2ban.log"), socket: nil)
        try log.append(Self.line("[sshd] Ban 198.19.7.1"), to: "fail2ban.log")
        try await eventually(within: .seconds(20)) { log.lines(of: "b.log").count == 1 }
        #expect(
            log.lines(of: "b.log")[0].hasSuffix(
                " fail2ban-subscriber: fail2ban-zmq-tools Subscriber: Got broadcast message: a|sshd|Ban|198.19.7.1"))
        try await eventually(within: .seconds(20)) { own.log.contains { $0.contains("a|sshd|Ban|198.19.7.1") } }
        #expect(log.lines(of: "a.log") == [])
        for daemon in [monitor, other, own, hub.publisher] { #expect(daemon.stop() == 0) }
    }

    @Test func `what fail2ban did not write, or may not be banned, bans nobody, and what follows arrives`() async throws
    {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let hub = try await TestHub()
        let monitor = try await hub.monitor(host: "a", log: log.file("fail2ban.log"), socket: nil)
        let real = Self.line("[sshd] Ban 198.51.100.1").dropLast()
        let texts =
            [
                "010.1.1.1", "1.2.3", "0x7f.1", "::ffff:127.0.0.1", "0.0.0.0/0", "localhost", "evil.example.org",
                "198.51.100.7 ", "198.51.100.8|x", "198.51.100.9\r", "127.0.0.1",
            ].map { Self.line("[sshd] Ban \($0)") }
            + [
                Self.line("[sshd] Ban").dropLast() + "\n",
                Self.line("[ss hd] Ban 198.51.100.2"),
                Self.line("[sshd] Found \(real)"),
                "Nov 21 02:00:00 a sshd[1]: Invalid user \(real) from 198.51.100.3\n",
                "x\(real)\n", "\(real) x\n",
                real.replacingOccurrences(of: "fail2ban.actions", with: "fail2ban.filter ") + "\n",
                real.replacingOccurrences(of: "Ban", with: "ban") + "\n",
                String(repeating: "x", count: 10_000_000) + real + "\n",
            ]
        for text in texts { try log.append(String(text), to: "fail2ban.log") }
        let bytes = try #require(FileHandle(forWritingAtPath: log.file("fail2ban.log")))
        try bytes.seekToEnd()
        try bytes.write(contentsOf: Data(real.utf8) + Data([0xFF, 0xFE, 0x0A]))
        try bytes.close()
        try log.append(Self.line("[sshd] Ban 203.0.113.1"), to: "fail2ban.log")
        let half = Self.line("[sshd] Ban 203.0.113.22").dropLast(2)
        try log.append(String(half), to: "fail2ban.log")
        try await eventually(within: .seconds(20)) { hub.broadcast.contains("a|sshd|Ban|203.0.113.1") }
        try log.append("3\n" + Self.line("[sshd] Ban 203.0.113.3"), to: "fail2ban.log")
        try await eventually(within: .seconds(20)) { hub.broadcast.contains("a|sshd|Ban|203.0.113.3") }
        #expect(hub.broadcast == ["203.0.113.1", "203.0.113.23", "203.0.113.3"].map { "a|sshd|Ban|\($0)" })
        #expect(monitor.log.contains { $0.contains("passed over") && $0.contains("reason=") })
    }

    @Test func `a stranger's messages get a NAK and its reason in the log, and nothing else is lost`() async throws {
        let hub = try await TestHub("auth = true\nauthtoken = secret")
        let script = """
            import sys, zmq
            context = zmq.Context()
            def ask(*frames):
                peer = context.socket(zmq.REQ)
                peer.linger = 0
                peer.connect(sys.argv[1])
                peer.send_multipart(frames)
                return peer.recv_multipart() if peer.poll(500 if len(frames) > 1 else 10000) else None
            for text in sys.argv[2:]:
                print(ask(text.encode("latin-1")))
            print(ask(b"a", b"b"))
            print(ask(b"secret|a|sshd|Ban|198.19.7.9"))
            """
        let requests = [
            "a|sshd|Ban|198.19.7.1", "wrong|a|sshd|Ban|198.19.7.1", "secret|a|sshd|Ban|0.0.0.0/0",
            "secret|a|sshd|Ban|127.0.0.1", "secret|a|sshd|Ban|010.1.1.1", "secret||sshd|Ban|198.19.7.1",
            "secret|a|ss hd|Ban|198.19.7.1", "secret|a|sshd|Burn|198.19.7.1", "secret|a|sshd|Ban|198.19.7.1|more",
            "\u{FF}",
        ]
        let output = try python(script, [hub.replies] + requests)
        let naks = Array(repeating: "[b'NAK']", count: requests.count)
        #expect(output.split(separator: "\n").map(String.init) == naks + ["None", "[b'a|sshd|Ban|198.19.7.9']"])
        #expect(hub.broadcast == ["a|sshd|Ban|198.19.7.9"])
        #expect(hub.publisher.log.contains { $0.contains("refused") && $0.contains("token") })
        #expect(!hub.publisher.log.contains { $0.contains("secret") })
    }

    @Test func `a peer that asks for everything is given what begins with a printable character`() async throws {
        let hub = try await TestHub()
        let script = """
            import sys, zmq
            context = zmq.Context()
            everything, other = context.socket(zmq.SUB), context.socket(zmq.SUB)
            everything.subscribe(b"")
            other.subscribe(b"b|")
            everything.connect(sys.argv[2]); other.connect(sys.argv[2])
            peer = context.socket(zmq.REQ)
            peer.connect(sys.argv[1])
            def tell(text):
                peer.send(text)
                assert peer.recv() == text
            while not (everything.poll(50) and other.poll(50)):
                tell(b"b|sshd|Ban|198.19.7.1")
            tell(b"a|sshd|Ban|198.19.7.2")
            tell(b"b|sshd|Ban|198.19.7.3")
            def last(socket):
                heard = []
                while not heard or heard[-1] != b"b|sshd|Ban|198.19.7.3":
                    heard.append(socket.recv())
                return b"a|sshd|Ban|198.19.7.2" in heard
            print(last(everything), last(other))
            """
        #expect(try python(script, [hub.replies, hub.broadcasts]) == "True False\n")
    }

    @Test func `100,000 different bans written at once are in the log action's file, each once`() async throws {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let hub = try await TestHub("ratelimit = 1000000/s")
        let subscriber = try await hub.subscriber(host: "b", "subscriberaction = log\nlogfile = \(log.file("b.log"))")
        let monitor = try await hub.monitor(host: "a", log: log.file("fail2ban.log"), socket: nil)
        let addresses = (0..<100_000).map { "198.\(18 + $0 / 65536).\($0 / 256 % 256).\($0 % 256)" }
        let now = Date()
        let head = Self.line("[sshd] Ban ", now).dropLast()
        try log.append(addresses.map { "\(head)\($0)\n" }.joined(), to: "fail2ban.log")
        try await eventually(within: .seconds(300)) {
            let size = try? FileManager.default.attributesOfItem(atPath: log.file("b.log"))[.size] as? Int
            return (size ?? 0) > 100_000 * 100 && log.lines(of: "b.log").count >= 100_000
        }
        let heard = log.lines(of: "b.log").map { $0[$0.range(of: "|Ban|")!.upperBound...] }
        #expect(heard.map(String.init) == addresses)
        _ = (subscriber, monitor)
    }

    @Test(arguments: [false, true])
    func `bans written while the hub is down and the log rotates twice arrive, each once, in order`(
        isMonitorKilled: Bool
    ) async throws {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let hub = try await TestHub(
            replies: "ipc://\(log.file("replies"))", broadcasts: "ipc://\(log.file("broadcasts"))")
        let monitor = try await hub.monitor(
            host: "a", log: log.file("fail2ban.log"), socket: nil, more: "requesttimeout = 1s")
        try log.append(Self.line("[sshd] Ban 203.0.113.1"), to: "fail2ban.log")
        try await eventually { hub.broadcast.count == 1 }
        hub.publisher.kill9()
        let addresses = (0..<5_000).map { "198.18.\($0 / 250).\($0 % 250 + 1)" }
        for part in 0..<5 {
            let lines = addresses[part * 1_000..<(part + 1) * 1_000].map { Self.line("[sshd] Ban \($0)") }
            try log.append(lines.joined(), to: "fail2ban.log")
            if part == 1 || part == 3 {
                if part == 3 { try log.rename("fail2ban.log.1", to: "fail2ban.log.2") }
                try log.rename("fail2ban.log", to: "fail2ban.log.1")
                try log.append("", to: "fail2ban.log")
            }
            if isMonitorKilled {
                monitor.kill9()
                try await monitor.start()
            }
        }
        try await eventually { monitor.log.contains { $0.contains("the hub is lost") } }
        if IdleTests.isLong { try await Task.sleep(for: .seconds(60)) }  // the outage itself
        try await hub.publisher.start()
        try await eventually(within: .seconds(240)) { hub.broadcast.count > 5_000 }
        // The first one may be told again: the hub was killed as soon as it was broadcast.
        let first = "a|sshd|Ban|203.0.113.1"
        try await eventually { hub.broadcast.filter { $0 != first }.count >= 5_000 }
        #expect(hub.broadcast.filter { $0 != first }.map { String($0.split(separator: "|")[3]) } == addresses)
    }

    /// Its place in the log is on disk before a line is read: else the next one would begin at the end.
    @Test(arguments: ["fail2ban.log", "state/action.spool"])
    func `what a monitor read that was killed before any hub was there arrives`(name: String) async throws {
        let files = try Folder()
        let replies = "ipc://\(files.file("replies"))"
        let monitor = try await Daemon(
            "fail2ban-monitor", host: "a", general: "fail2banclient =",
            section: """
                [monitor]
                zmqreplyserver = \(replies)
                fail2banlogpath = \(files.file("fail2ban.log"))
                requesttimeout = 1s
                """)
        let isSpool = name.hasSuffix("spool")
        let file = isSpool ? "\(monitor.folder.path)/\(name)" : files.file(name)
        // Whole and at once, as a log is that was there before anybody looked.
        let spooled = "ban sshd 198.19.7.1 600 \(Int(Date().timeIntervalSince1970))\n"
        let line = isSpool ? spooled : Self.line("[sshd] Ban 198.19.7.1")
        try files.append(line, to: "new")
        try FileManager.default.moveItem(atPath: files.file("new"), toPath: file)
        try await eventually { monitor.log.contains { $0.contains(" ban ") && $0.contains("198.19.7.1") } }
        monitor.kill9()
        try await monitor.start()
        let hub = try await TestHub(replies: replies, broadcasts: "ipc://\(files.file("broadcasts"))")
        try await eventually(within: .seconds(20)) { hub.broadcast == ["a|sshd|Ban|198.19.7.1"] }
    }

    @Test func `each daemon killed and started again goes on, and nothing is lost or doubled`() async throws {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let replies = "ipc://\(log.file("replies"))"
        let broadcasts = "ipc://\(log.file("broadcasts"))"
        let hub = try await TestHub(replies: replies, broadcasts: broadcasts)
        let subscriber = try await hub.subscriber(host: "b", "subscriberaction = log\nlogfile = \(log.file("b.log"))")
        let monitor = try await hub.monitor(
            host: "a", log: log.file("fail2ban.log"), socket: nil, more: "requesttimeout = 1s")
        func ban(_ last: Int) throws { try log.append(Self.line("[sshd] Ban 198.19.7.\(last)"), to: "fail2ban.log") }
        func heard(_ last: Int) -> Int { log.lines(of: "b.log").filter { $0.hasSuffix("|Ban|198.19.7.\(last)") }.count }
        try ban(1)
        try await eventually(within: .seconds(20)) { heard(1) == 1 }
        monitor.kill9()
        try ban(2)
        try await monitor.start()
        try await eventually(within: .seconds(20)) { heard(2) == 1 }
        hub.publisher.kill9()
        try ban(3)
        try await eventually(within: .seconds(20)) { monitor.log.contains { $0.contains("the hub is lost") } }
        let known = hub.subscriptions
        try await hub.publisher.start()
        try await eventually(within: .seconds(20)) { hub.subscriptions > known || heard(3) == 1 }
        try ban(4)
        // A line that the ledger does not say to be written would be written again: better twice than never.
        try await eventually(within: .seconds(20)) {
            subscriber.folder.lines(of: "state/subscriber.ledger").contains { $0.contains("logged sshd 198.19.7.4 ") }
        }
        subscriber.kill9()
        let again = hub.subscriptions
        try await subscriber.start()
        try await eventually(within: .seconds(20)) { hub.subscriptions > again }
        try ban(5)
        try await eventually(within: .seconds(20)) { heard(5) == 1 }
        #expect([1, 2, 4, 5].allSatisfy { heard($0) == 1 })
        // What is broadcast while nobody listens is lost until reports can be fetched; never is it doubled.
        #expect(heard(3) <= 1)
    }
}

/// Runs a Python program with pyzmq to its end, and returns what it printed.
func python(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self)
}

import Foundation
import Glibc
import RealFail2Ban
import Testing

/// Who is let in at a hub that has a key, and what for.
@Suite(.serialized, .timeLimit(.minutes(10))) struct KeyTests {
    /// Speaks with a hub as a Python peer with these keys: prints what it heard broadcast, and what it was answered.
    private static let peer = #"""
        import sys, time, zmq
        replies, broadcasts, server, secret = sys.argv[1:5]
        requests = [bytes(text, "utf-8") for text in sys.argv[5:]]
        context = zmq.Context()
        def socket(kind):
            made = context.socket(kind)
            if server:
                made.curve_serverkey = server.encode()
                made.curve_secretkey = secret.encode()
                made.curve_publickey = zmq.curve_public(secret.encode())
            made.linger = 0
            return made
        listener = socket(zmq.SUB)
        listener.subscribe(b"")
        listener.subscribe(b"\x01")
        listener.connect(broadcasts)
        print("listening", flush=True)
        for request in requests:
            asker = socket(zmq.REQ)
            asker.connect(replies)
            asker.send(request)
            print("answer", asker.recv() if asker.poll(2000) else None, flush=True)
        sys.stdin.read()
        heard = 0
        while listener.poll(200):
            listener.recv()
            heard += 1
        print("heard", heard, flush=True)
        """#

    private static let hello = "HELLO|{\"host\":\"a\",\"protocol\":1}"
    private static let sync = "SYNC|a\nsince 0000000000000000 0"
    private static func report(_ host: String, _ last: Int) -> String {
        let now = Int(Date.now.timeIntervalSince1970)
        return
            "REPORTS|\(host) 0123456789abcdef\nbanned \(host) log sshd 198.19.7.\(last) \(now)000000 \(now + 600)000000"
    }

    /// What the peer said of its requests, and how many broadcasts it heard of a ban that came meanwhile.
    private static func strangers(
        at hub: KeyedHub, server: String, secret: String, requests: [String], while ban: () throws -> Void
    ) throws -> (answers: [Substring], heard: Substring?) {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", peer, hub.hub.replies, hub.hub.broadcasts, server, secret] + requests
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var text = ""
        while text.split(separator: "\n").filter({ $0.hasPrefix("answer") }).count < requests.count {
            let chunk = output.fileHandleForReading.availableData
            try #require(!chunk.isEmpty)
            text += String(decoding: chunk, as: UTF8.self)
        }
        try ban()
        try input.fileHandleForWriting.close()
        text += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n")
        return (lines.filter { $0.hasPrefix("answer") }, lines.last)
    }

    @Test(arguments: ["none", "unknown", "revoked"])
    func `without a key nobody hears, reports or syncs, on both ports`(kind: String) async throws {
        let hub = try await KeyedHub()
        try hub.enrol("a")
        try hub.enrol("admin", "administer")
        var (server, secret) = (hub.serverKey, try hub.secret(of: "a"))
        switch kind {
        case "none": (server, secret) = ("", "")
        case "unknown": secret = try hub.freshSecret()
        default:
            try hub.revoke("a")
            try await eventually(within: .seconds(20)) {
                hub.hub.publisher.log.contains { $0.contains("were read") && $0.contains("revoked=1") }
            }
        }
        let (answers, heard) = try Self.strangers(
            at: hub, server: server, secret: secret,
            requests: [Self.hello, Self.report("a", 1), Self.sync, "a|sshd|Ban|198.19.7.2"]
        ) {
            let banned = try hub.command("ban", "198.19.7.3", as: "admin")
            #expect(banned.status == 0, "\(banned)")
        }
        #expect(answers == Array(repeating: "answer None", count: 4))
        #expect(heard == "heard 0")
        let list = try hub.command("list", "--count", as: "admin")
        #expect(list.output == "1\n", "\(list)")
    }

    @Test func `the same peer with a key is heard, and hears`() async throws {
        let hub = try await KeyedHub()
        try hub.enrol("a")
        try hub.enrol("admin", "administer")
        let (answers, heard) = try Self.strangers(
            at: hub, server: hub.serverKey, secret: try hub.secret(of: "a"),
            requests: [Self.hello, Self.report("a", 1), Self.sync, "a|sshd|Ban|198.19.7.2"]
        ) {
            _ = try hub.command("ban", "198.19.7.3", as: "admin")
        }
        #expect(answers.count == 4 && !answers.contains("answer None"), "\(answers)")
        #expect(answers[1].hasPrefix("answer b'TAKEN"))
        #expect(answers[2].hasPrefix("answer b'BUCKETS"))
        #expect(answers[3] == "answer b'a|sshd|Ban|198.19.7.2'")
        #expect(heard != "heard 0")
    }

    @Test func `a friend's hub hears and asks nothing that is for twins, under whatever name`() async throws {
        let hub = try await KeyedHub("ours", hasFriends: true)
        let friend = try await KeyedHub("theirs", hasFriends: true)
        try await FriendTests.befriend(hub.hub, friend.hub, named: "theirs")
        func fingerprint(_ hub: KeyedHub) throws -> String {
            let exported = try Daemon.run(
                "fail2ban-cluster", ["friends", "export", "--config", hub.hub.publisher.folder.file("conf")])
            return try #require(exported.error.split(whereSeparator: \.isWhitespace).last.map(String.init))
        }
        let (ours, theirs) = (try fingerprint(hub), try fingerprint(friend))
        let since = "since 0000000000000000 0"
        let (answers, _) = try Self.strangers(
            at: hub, server: hub.serverKey, secret: try friend.secret,
            requests: [
                "SHARE|\(theirs)\n\(since)", "TWIN|\(theirs)\n\(since)", "TWIN|\(ours)\n\(since)",
                "KEYS|\(theirs)\nall",
                "KEYS|\(ours)\nall", "SYNC|\(theirs)\n\(since)",
            ]
        ) {}
        #expect(answers[0].hasPrefix("answer b'BUCKETS"))
        #expect(answers[1].contains("REFUSED later that is for the hubs of this cluster"))
        #expect(answers[3].contains("REFUSED later that is for the hubs of this cluster"))
        for answer in [answers[2], answers[4]] { #expect(answer.contains("speaks for the host \(theirs) alone")) }
        #expect(answers[5].contains("has not the role"))
    }

    @Test func `who may only listen reports nothing, and nobody speaks for another host`() async throws {
        let hub = try await KeyedHub()
        try hub.enrol("a", "subscribe")
        try hub.enrol("c", "report")
        let listener = try Self.strangers(
            at: hub, server: hub.serverKey, secret: try hub.secret(of: "a"),
            requests: [Self.report("a", 1), "a|sshd|Ban|198.19.7.2", Self.sync, "STATUS|a", "PARDON|a\n198.19.7.1"]
        ) {}
        #expect(listener.answers[0].contains("REFUSED later the key of a has not the role report"))
        #expect(listener.answers[1] == "answer b'NAK'")
        #expect(listener.answers[2].contains("BUCKETS"))
        #expect(listener.answers[3].contains("has not the role administer"))
        #expect(listener.answers[4].contains("has not the role administer"))
        let other = try Self.strangers(
            at: hub, server: hub.serverKey, secret: try hub.secret(of: "c"),
            requests: [
                Self.report("b", 1), "b|sshd|Ban|198.19.7.2", "SYNC|c\nsince 0000000000000000 0", Self.report("c", 3),
            ]
        ) {}
        #expect(other.answers[0].contains("REFUSED later the key of c speaks for the host c alone, not for b"))
        #expect(other.answers[1] == "answer b'NAK'")
        #expect(other.answers[2].contains("has not the role"))
        #expect(other.answers[3].contains("TAKEN"))
        #expect(hub.hub.broadcast == ["c|sshd|Ban|198.19.7.3"])
        #expect(other.heard == "heard 0")
    }

    @Test func `whose key comes back hears again, without being started anew`() async throws {
        let hub = try await KeyedHub()
        for name in ["a", "b"] { try hub.enrol(name) }
        let (key, aside) = ("\(hub.authorizedKeys)/b.conf", hub.hosts.file("b.conf"))
        let listener = try await hub.subscriber("b")
        try FileManager.default.moveItem(atPath: key, toPath: aside)
        try await eventually(within: .seconds(20)) {
            listener.log.contains { $0.contains("does not let us listen") }
        }
        try FileManager.default.moveItem(atPath: aside, toPath: key)
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let monitor = try await hub.monitor("a", log: log.file("fail2ban.log"))
        // What was before it came back, it asks for; what comes afterwards, it hears.
        for count in 1...2 {
            try log.append(WireTests.line("[sshd] Ban 198.19.7.\(count)"), to: "fail2ban.log")
            try await eventually(within: .seconds(30)) { hub.obeyed("b").count == count }
        }
        withExtendedLifetime(monitor) {}
    }

    @Test func `whose key is taken away is deaf within a second, and the others miss nothing`() async throws {
        let hub = try await KeyedHub()
        for name in ["a", "b", "c"] { try hub.enrol(name) }
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let monitor = try await hub.monitor("a", log: log.file("fail2ban.log"))
        let (revoked, kept) = (try await hub.subscriber("b"), try await hub.subscriber("c"))
        func ban(_ range: ClosedRange<Int>) throws {
            for last in range { try log.append(WireTests.line("[sshd] Ban 198.19.7.\(last)"), to: "fail2ban.log") }
        }
        try ban(1...20)
        try await eventually(within: .seconds(20)) { hub.obeyed("b").count == 20 && hub.obeyed("c").count == 20 }
        let begin = ContinuousClock.now
        try hub.revoke("b")
        // Bans go on all the while.
        var last = 20
        try await eventually(within: .seconds(20)) {
            last += 1
            try! ban(last...last)
            return hub.hub.publisher.log.contains { $0.contains("all listeners are cut off") }
        }
        print("cut off after \(ContinuousClock.now - begin)")
        let deaf = hub.obeyed("b").count
        try ban(last + 1...last + 20)
        let all = last + 20
        try await eventually("the other one hears all", within: .seconds(30)) {
            hub.obeyed("c").count == all
        }
        #expect(hub.obeyed("b").count <= deaf + 1)
        #expect(revoked.log.contains { $0.contains("does not let us listen") || $0.contains("cannot be asked") })
        withExtendedLifetime((monitor, kept)) {}
    }

    /// What each file is made of, from a sound one, and what the hub says of it.
    @Test(arguments: [
        ("writable", "others may write it: run `chmod go-w"), ("twice", "another file has the same publickey"),
        ("broken", "roles: expected one of"), ("folder", "read"),
    ])
    func `a file of authorizedkeys that is not sound authorises nobody, and says so`(fault: String, words: String)
        async throws
    {
        let hub = try await KeyedHub()
        try hub.enrol("a", "administer")
        try hub.enrol("b", "administer")
        let (files, file) = (FileManager.default, "\(hub.authorizedKeys)/a.conf")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        switch fault {
        case "writable": try files.setAttributes([.posixPermissions: 0o666], ofItemAtPath: file)
        case "twice":
            try files.moveItem(atPath: file, toPath: "\(hub.authorizedKeys)/z.conf")
            try text.replacing("name = a", with: "name = first").write(
                toFile: "\(hub.authorizedKeys)/y.conf", atomically: true, encoding: .utf8)
        case "broken":
            // In place: no name in the folder changes.
            try text.replacing("administer", with: "rule").write(toFile: file, atomically: false, encoding: .utf8)
        default:
            try files.removeItem(atPath: file)
            try files.createDirectory(atPath: file, withIntermediateDirectories: false)
        }
        try await eventually(within: .seconds(20)) {
            hub.hub.publisher.log.contains { $0.contains("a key does not count") && $0.contains(words) }
        }
        // The first of two counts; of a file with a fault, nothing.
        #expect(try hub.command("status", as: "a").status == (fault == "twice" ? 0 : 1))
        #expect(try hub.command("status", as: "b").status == 0)
    }

    @Test func `schedule 19: who asks for more than ratelimit hears later, and the others are served`() async throws {
        let hub = try await TestHub("ratelimit = 2")
        let script = #"""
            import sys, zmq
            context = zmq.Context()
            def peer():
                made = context.socket(zmq.REQ)
                made.connect(sys.argv[1])
                return made
            def ask(socket, request):
                socket.send(request)
                return socket.recv()
            flood, other = peer(), peer()
            answers = [ask(flood, b"a|sshd|Ban|198.19.7.%d" % n) for n in range(100)]
            print(answers[19] != b"NAK", answers.count(b"NAK") > 60)
            # Of several, since one may come just when there is room for one more.
            def hears(request, refusal):
                return any(refusal in ask(flood, request) for _ in range(20))
            print(hears(b"SYNC|a\nsince 0000000000000000 0", b"REFUSED later"))
            print(hears(b"REPORTS|a 0123456789abcdef\n", b"0 later faster than the hub's ratelimit allows"))
            print(ask(other, b"b|sshd|Ban|198.19.8.1"))
            """#
        #expect(
            try python(script, [hub.replies]) == """
                True True
                True
                True
                b'b|sshd|Ban|198.19.8.1'

                """)
    }

    @Test func `two commands enrol a host, and a code that is used, expired or altered is refused`() async throws {
        let hub = try await KeyedHub()
        let code = try hub.invite("a")
        let joined = try hub.join(code, as: "a")
        #expect(joined.status == 0, "\(joined)")
        // What it says to start, starts, with what join wrote.
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let monitor = try await hub.monitor("a", log: log.file("fail2ban.log"))
        try await eventually(within: .seconds(20)) { monitor.log.contains { $0.contains("the hub answers") } }
        // Its reply was lost, and it tries again.
        let again = try hub.join(code, as: "a")
        #expect(again.status == 0, "\(again)")
        let used = try hub.join(code, as: "b")
        #expect(used.status == 1 && used.error.contains("is used already"), "\(used)")
        let altered = try hub.join(String(code.dropLast(9)) + "AAAAAAAAA", as: "b")
        #expect(altered.status == 1 && altered.error.contains("was changed on its way"), "\(altered)")
        let short = try hub.invite("d", "--for", "1")
        try await Task.sleep(for: .seconds(1.1))
        let expired = try hub.join(short, as: "d")
        #expect(expired.status == 1 && expired.error.contains("has expired or was withdrawn"), "\(expired)")
        // Taken away: the same code does not bring it back.
        try hub.revoke("a")
        try await eventually(within: .seconds(20)) {
            hub.hub.publisher.log.contains { $0.contains("revoked=1") }
        }
        let back = try hub.join(code, as: "a")
        #expect(back.status == 1 && back.error.contains("taken away"), "\(back)")
    }

    @Test func `a daemon that others could listen to does not start, and says which lines to write`() async throws {
        let folder = try Folder()
        try """
        [publisher]
        replybindurl = tcp://*:5678
        broadcasterbindurl = tcp://*:5680
        [monitor]
        zmqreplyserver = tcp://hub.example.org:5678
        [subscriber]
        zmqpublisherurl = tcp://hub.example.org:5680
        """.write(toFile: folder.file("conf"), atomically: true, encoding: .utf8)
        for name in ["publisher", "monitor", "subscriber"] {
            for arguments in [["run"], ["--check"]] {
                let started = try Daemon.run("fail2ban-\(name)", arguments + ["--config", folder.file("conf")])
                #expect(started.status == 78)
                #expect(started.error.contains("keyfile = /etc/fail2ban/fail2ban-cluster.key"), "\(started)")
                #expect(started.error.contains("allowplaintext = true"))
            }
        }
    }

    /// Silent connections, handshakes that are begun and not ended, and frames of 100 MB, at both ports.
    @Test func `strangers who never end a handshake hold nobody up, and little memory`() async throws {
        let hub = try await KeyedHub()
        try hub.enrol("admin", "administer")
        let strangers = Process()
        let (input, output) = (Pipe(), Pipe())
        strangers.executableURL = URL(filePath: "/usr/bin/python3")
        strangers.arguments = [
            "-c",
            #"""
            import resource, socket, struct, sys, threading
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
            ports = [int(text.rsplit(":", 1)[1]) for text in sys.argv[1:]]
            def connect(port):
                return socket.create_connection(("127.0.0.1", port))
            held = [connect(ports[n % 2]) for n in range(1000)]
            null = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + bytes(32)
            curve = b"\xff" + bytes(8) + b"\x7f\x03\x00CURVE" + bytes(15) + bytes(32)
            for n in range(200):
                held.append(connect(ports[n % 2]))
                held[-1].sendall([null[:11], curve][n // 2 % 2])
            def flood(port):
                try:
                    peer = connect(port)
                    peer.sendall(null + b"\x02" + struct.pack(">Q", 100_000_000))
                    for n in range(100):
                        peer.sendall(bytes(1_000_000))
                except OSError:
                    pass
            floods = [threading.Thread(target=flood, args=(port,)) for port in ports * 4]
            for thread in floods: thread.start()
            for thread in floods: thread.join()
            print("there", flush=True)
            sys.stdin.read()
            """#, hub.hub.replies, hub.hub.broadcasts,
        ]
        strangers.standardInput = input
        strangers.standardOutput = output
        let before = try resident(hub.hub.publisher.pid)
        try strangers.run()
        try #require(output.fileHandleForReading.availableData.starts(with: Data("there".utf8)))
        for last in 1...3 {
            let banned = try hub.command("ban", "198.19.7.\(last)", as: "admin")
            #expect(banned.status == 0, "\(banned)")
        }
        let grown = try resident(hub.hub.publisher.pid) - before
        print("strangers cost the hub \(grown / 1024) MB")
        #expect(grown < 100 * 1024)
        try input.fileHandleForWriting.close()
        strangers.waitUntilExit()
    }

    /// In kB.
    private func resident(_ process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS") })
        return try #require(line.split(separator: " ").lazy.compactMap { Int($0) }.first)
    }
}

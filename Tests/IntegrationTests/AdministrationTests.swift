import Foundation
import Glibc
import RealFail2Ban
import Testing

/// The administrator's command, as it was built, with real hubs.
@Suite struct AdministrationTests {
    /// A host from which an administrator works.
    private final class Desk {
        let folder: Folder
        /// Beside the configuration's path.
        private let options: [String]

        /// - Parameter sections: with their heads, beside `[general]`.
        init(host: String = "desk", _ sections: String) throws {
            folder = try Folder()
            let text = "[general]\nhostname = \(host)\nstatedir = \(folder.path)\nfail2banclient =\n\(sections)"
            try text.write(toFile: folder.file("conf"), atomically: true, encoding: .utf8)
            options = ["--config", folder.file("conf")]
        }

        convenience init(host: String = "desk", at hub: TestHub, more: String = "") throws {
            try self.init(host: host, "[monitor]\nzmqreplyserver = \(hub.replies)\nrequesttimeout = 5s\n\(more)")
        }

        func run(_ arguments: String...) throws -> (status: Int32, output: String, error: String) {
            try Daemon.run("fail2ban-cluster", arguments + options)
        }

        func list(_ arguments: String...) throws -> [[String: Any]] {
            let result = try Daemon.run("fail2ban-cluster", ["list", "--json"] + arguments + options)
            try #require(result.status == 0, "\(result)")
            return try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
        }

        func status() throws -> [String: Any] {
            let result = try run("status", "--json")
            try #require(result.status == 0, "\(result)")
            return try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        }
    }

    @Test func `what is banned by hand is listed, shown, and gone once it is withdrawn`() async throws {
        let hub = try await TestHub()
        let desk = try Desk(at: hub)
        #expect(try desk.run("list").output == "Nobody is banned.\n")
        let ban = try desk.run("ban", "203.0.113.7", "--time", "1h")
        #expect(ban.status == 0, "\(ban)")
        #expect(ban.output.hasPrefix("203.0.113.7 is banned in manual until "))
        #expect(hub.broadcast == ["desk|manual|Ban|203.0.113.7"])

        let listed = try #require(try desk.list().first)
        #expect(listed["address"] as? String == "203.0.113.7")
        #expect(listed["jail"] as? String == "manual")
        #expect(listed["confidence"] as? Double == 100)
        #expect(listed["origins"] as? [String] == ["own/desk"])
        let until = try #require(listed["until"] as? String)
        let format = ISO8601DateFormatter()
        format.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        let end = try #require(format.date(from: until))
        #expect((3_500...3_600).contains(end.timeIntervalSinceNow))

        #expect(try desk.run("list", "--count").output == "1\n")
        #expect(try desk.run("list", "--count", "--jail", "sshd").output == "0\n")
        #expect(try desk.run("list", "--count", "--pending").output == "0\n")
        #expect(try desk.run("list", "--count", "--since", "1h").output == "1\n")
        #expect(try desk.run("list", "--count", "--since", "2999-01-01T00:00:00Z").output == "0\n")
        let shown = try desk.run("show", "203.0.113.7")
        #expect(shown.output.hasPrefix("203.0.113.7 is banned until "))
        #expect(shown.output.contains("manual  desk (person)  "))
        #expect(shown.output.split(separator: "\n").allSatisfy { $0.count <= 80 })

        // Said again, the new end holds, though it is earlier.
        #expect(try desk.run("ban", "203.0.113.7", "--time", "10m").status == 0)
        #expect((try #require(try desk.list().first?["until"] as? String)) < until)

        let unban = try desk.run("unban", "203.0.113.7")
        #expect(unban.status == 0)
        #expect(unban.output == "203.0.113.7 in manual: the ban by hand on desk is withdrawn.\n")
        #expect(hub.broadcast.last == "desk|manual|Unban|203.0.113.7")
        #expect(try desk.list().isEmpty)
        #expect(try desk.run("show", "203.0.113.7").output.contains("lifted"))
        let again = try desk.run("unban", "203.0.113.7")
        #expect(again.status == 0)
        #expect(again.output == "203.0.113.7: nothing was banned by hand on desk.\n")
    }

    @Test func `what may not be banned is refused with its reason`() async throws {
        let hub = try await TestHub("", replies: "tcp://127.0.0.1:*")
        let desk = try Desk(at: hub)
        for (address, reason) in [("127.0.0.1", "loopback"), ("10.0.0.0/8", "wider than /16")] {
            let ban = try desk.run("ban", address)
            #expect(ban.status == 1)
            #expect(
                ban.error.hasPrefix("fail2ban-cluster: the hub at \(hub.replies) refuses: \(address) may not be banned")
            )
            #expect(ban.error.contains(reason))
        }
        #expect(try desk.list().isEmpty)
        #expect(try desk.run("ban", "nonsense").status == 64)
    }

    @Test func `a pardon frees whom a monitor reported, and a new report bans again`() async throws {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let hub = try await TestHub()
        let desk = try Desk(at: hub)
        let subscriber = try await hub.subscriber(host: "b", "subscriberaction = log\nlogfile = \(log.file("b.log"))")
        let monitor = try await hub.monitor(host: "a", log: log.file("fail2ban.log"), socket: nil)
        func acts() -> [String] {
            log.lines(of: "b.log").map { String($0.split(separator: " ").last ?? "") }
        }
        try log.append(WireTests.line("[sshd] Ban 198.51.100.1"), to: "fail2ban.log")
        try await eventually(within: .seconds(20)) { acts() == ["a|sshd|Ban|198.51.100.1"] }

        // The subscriber says so: carried out.
        try await eventually(within: .seconds(20)) {
            let shown = try desk.run("show", "198.51.100.1").output
            return shown.contains("b           yes")
        }
        let unban = try desk.run("unban", "198.51.100.1")
        #expect(unban.status == 1)
        #expect(unban.output.contains("nothing was banned by hand on desk."))
        #expect(unban.output.contains("`fail2ban-cluster pardon 198.51.100.1` lifts"))

        let pardon = try desk.run("pardon", "198.51.100.1")
        #expect(pardon.status == 0, "\(pardon)")
        #expect(pardon.output == "198.51.100.1 is pardoned: 1 report lifted.\n")
        try await eventually(within: .seconds(20)) { acts().last == "a|sshd|Unban|198.51.100.1" }
        #expect(hub.broadcast.last == "a|sshd|Unban|198.51.100.1")
        #expect(try desk.run("pardon", "198.51.100.1").output == "198.51.100.1: there was nothing to lift.\n")

        // What is said by hand on a host holds there, too.
        #expect(try Desk(host: "b", at: hub).run("ban", "198.51.100.9").status == 0)
        try await eventually(within: .seconds(20)) { acts().last == "b|manual|Ban|198.51.100.9" }
        #expect(try Desk(host: "b", at: hub).run("unban", "198.51.100.9").status == 0)

        // Its monitor says hello again and hears of the pardon: it tells nothing once more, and that is no new attack.
        let hellos = monitor.log.filter { $0.contains("the hub answers") }.count
        #expect(monitor.stop() == 0)
        try await monitor.start()
        try await eventually(within: .seconds(20)) {
            monitor.log.filter { $0.contains("the hub answers") }.count > hellos
        }
        try log.append(WireTests.line("[sshd] Ban 198.51.100.2"), to: "fail2ban.log")
        try await eventually(within: .seconds(20)) { acts().last == "a|sshd|Ban|198.51.100.2" }
        #expect(try desk.list().map { $0["address"] as? String } == ["198.51.100.2"])
        #expect(!monitor.log.contains { $0.contains("told again") })

        try log.append(WireTests.line("[sshd] Ban 198.51.100.1"), to: "fail2ban.log")
        try await eventually(within: .seconds(20)) { acts().last == "a|sshd|Ban|198.51.100.1" }
        #expect(try desk.list().count == 2)

        let status = try desk.status()
        let monitors = try #require(status["monitors"] as? [[String: Any]])
        #expect(monitors.map { $0["host"] as? String } == ["a"])
        #expect(monitors.map { $0["connected"] as? Bool } == [true])
        let subscribers = try #require(status["subscribers"] as? [[String: Any]])
        #expect(subscribers.map { $0["host"] as? String } == ["b"])
        #expect(subscribers.first?["seen"] is String)
        #expect(status["bans"] as? Int == 2)
        #expect(status["epoch"] is String)
        for daemon in [monitor, subscriber, hub.publisher] { #expect(daemon.stop() == 0) }
    }

    @Test func `a pardon outlives the hub`() async throws {
        let folder = try Folder()
        let hub = try await TestHub(
            replies: "ipc://\(folder.file("replies"))", broadcasts: "ipc://\(folder.file("broadcasts"))")
        let desk = try Desk(at: hub)
        #expect(try desk.run("ban", "203.0.113.7").status == 0)
        #expect(try desk.run("ban", "203.0.113.8").status == 0)
        #expect(try desk.run("pardon", "203.0.113.7").status == 0)
        hub.publisher.kill9()
        try await hub.publisher.start()
        #expect(try desk.list().map { $0["address"] as? String } == ["203.0.113.8"])
        #expect(try desk.run("show", "203.0.113.7").output.contains("pardoned"))
    }

    @Test func `a wrong token is status 1 with the reason, the right one is taken`() async throws {
        let hub = try await TestHub("auth = true\nauthtoken = secret")
        for more in ["auth = true\nauthtoken = wrong", ""] {
            let desk = try Desk(at: hub, more: more)
            for arguments in [
                ["status"], ["show", "203.0.113.7"], ["ban", "203.0.113.7"], ["pardon", "203.0.113.7"],
            ] {
                let result = try Daemon.run("fail2ban-cluster", arguments + ["--config", desk.folder.file("conf")])
                #expect(result.status == 1)
                #expect(result.error.contains("refuses: "))
                #expect(result.error.contains("token"))
                #expect(!result.error.contains("wrong"))
            }
            let check = try desk.run("check")
            #expect(check.status == 1)
            #expect(check.output.contains("token             failed"), "\(check.output)")
        }
        let desk = try Desk(at: hub, more: "auth = true\nauthtoken = secret")
        #expect(try desk.run("ban", "203.0.113.7").status == 0)
        #expect(try desk.list().count == 1)
    }

    @Test func `where no hub is, or one of the original, it says so`() async throws {
        let folder = try Folder()
        let nobody = try Desk("[monitor]\nzmqreplyserver = ipc://\(folder.file("nobody"))\nrequesttimeout = 1s")
        for arguments in [["status"], ["list"], ["ban", "203.0.113.7"]] {
            let result = try Daemon.run("fail2ban-cluster", arguments + ["--config", nobody.folder.file("conf")])
            #expect(result.status == 1)
            #expect(result.error.contains("no hub answers (ipc://\(folder.file("nobody")): no connection)"))
        }
        #expect(try Desk("").run("list").error.contains("names no hub to ask"))

        let old = "ipc://\(folder.file("replies"))"
        let original = try await Original("publisher", [old, "ipc://\(folder.file("broadcasts"))"])
        let result = try nobody.run("status", "--hub", old)
        #expect(result.status == 1)
        #expect(result.error.contains("is one of fail2ban-zmq-tools"))
        #expect(original.isAlive)
    }

    @Test func `on a terminal it says what it waits for`() async throws {
        let folder = try Folder()
        let nobody = try Desk("[monitor]\nzmqreplyserver = ipc://\(folder.file("nobody"))\nrequesttimeout = 1s")
        let script = """
            import os, pty, subprocess, sys
            ours, theirs = pty.openpty()
            command = subprocess.Popen(sys.argv[1:], stderr=theirs)
            os.close(theirs)
            said = b""
            while True:
                try:
                    part = os.read(ours, 4096)
                except OSError:
                    break
                if not part:
                    break
                said += part
            print(command.wait(), said.decode())
            """
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("fail2ban-cluster").path
        let said = try python(script, [program, "status", "--config", nobody.folder.file("conf")])
        #expect(said.hasPrefix("1 "))
        let asking = "\r\u{1B}[Kasking ipc://\(folder.file("nobody"))"
        #expect(said.contains(asking))
        #expect(said.contains("\r\u{1B}[Kfail2ban-cluster: no hub answers"))
        // A pipe's reader hears the result alone.
        #expect(try !nobody.run("status").error.contains("asking"))
    }

    @Test func `a status while nobody is there, and a wrong configuration`() async throws {
        let hub = try await TestHub()
        let desk = try Desk(at: hub)
        let status = try desk.run("status")
        #expect(status.status == 0)
        #expect(status.output.contains("No monitor was heard since the hub started."))
        #expect(status.output.contains("No subscriber was heard since the hub started."))
        for key in ["monitors", "subscribers", "friends"] {
            #expect((try desk.status()[key] as? [Any])?.isEmpty == true)
        }
        let wrong = try Desk("[monitor]\nzmqreplyserver = hub\n")
        for command in ["status", "check"] {
            let result = try wrong.run(command)
            #expect(result.status == 78)
            #expect((result.error + result.output).contains("conf:6"))
        }
    }

    @Test func `a check finds what is wrong, and nothing where nothing is`() async throws {
        let hub = try await TestHub()
        let well = try Desk(
            "[publisher]\nreplybindurl = \(hub.replies)\nbroadcasterbindurl = \(hub.broadcasts)\npidfile = "
                + hub.publisher.folder.file("state/fail2ban-publisher.pid"))
        let good = try well.run("check")
        #expect(good.status == 0, "\(good)")
        #expect(good.output.contains("runs (pid \(hub.publisher.pid))"))
        #expect(good.output.contains("answers, epoch"))
        #expect(good.output.split(separator: "\n").allSatisfy { $0.count <= 80 })

        let log = try Folder()
        let ill = try Desk(
            """
            [monitor]
            zmqreplyserver = tcp://127.0.0.1:1
            fail2banlogpath = \(log.file("missing.log"))
            requesttimeout = 1s
            """)
        let bad = try ill.run("check", "--json")
        #expect(bad.status == 1)
        let findings = try #require(
            JSONSerialization.jsonObject(with: Data(bad.output.utf8)) as? [[String: String]])
        let failed = findings.filter { $0["result"] == "failed" }
        #expect(failed.compactMap { $0["check"] } == ["fail2ban-monitor", "log", "port"])
        #expect(failed.allSatisfy { $0["remedy"] != nil })
    }

    @Test(.enabled(if: RealFail2Ban.isInstalled, "needs Debian's fail2ban"), arguments: [true, false])
    func `a check asks fail2ban, and for the jail that the cluster's bans go to`(hasJail: Bool) async throws {
        let hub = try await TestHub()
        let fail2ban = try await RealFail2Ban([RealJail(hasJail ? "fail2bancluster" : "sshd")])
        let subscriber = try await hub.subscriber(
            host: "b", general: "fail2bansocket = \(fail2ban.socket)", "subscriberaction = fail2banclient")
        let result = try Daemon.run("fail2ban-cluster", ["check", "--config", subscriber.folder.file("conf")])
        #expect(result.status == (hasJail ? 0 : 1), "\(result)")
        #expect(result.output.contains("answers, and runs 1 jails"))
        #expect(result.output.contains(hasJail ? "jail fail2bancluster  ok" : "jail fail2bancluster  failed"))
        #expect(result.output.contains("runs (pid \(subscriber.pid))"))
        #expect(fail2ban.isRunning)
    }

    @Test func `a hub that hangs is said not to answer`() async throws {
        let hub = try await TestHub()
        let desk = try Desk("[monitor]\nzmqreplyserver = \(hub.replies)\nrequesttimeout = 1s")
        #expect(try desk.run("status").status == 0)
        kill(hub.publisher.pid, SIGSTOP)
        defer { kill(hub.publisher.pid, SIGCONT) }
        let result = try desk.run("status")
        #expect(result.status == 1)
        #expect(result.error.contains("no hub answers (\(hub.replies): "))
    }

    @Test(arguments: [
        ("", "It may have got the question"), ("NAK", "of an older version"), ("{}", "answered nonsense"),
    ]) func `a hub that stops speaking our language is said to`(answer: String, expected: String) throws {
        let folder = try Folder()
        let desk = try Desk("[monitor]\nzmqreplyserver = ipc://\(folder.file("hub"))\nrequesttimeout = 1s")
        let script = """
            import json, subprocess, sys, zmq
            router = zmq.Context().socket(zmq.ROUTER)
            router.bind(sys.argv[1])
            command = subprocess.Popen(sys.argv[3:], stderr=subprocess.PIPE)
            identity, _, hello = router.recv_multipart()
            assert hello.startswith(b"HELLO|")
            greeting = dict(digest="0", epoch="1", longestRequest=262144, maximumBantime=2592000, protocol=1,
                            reportsPerRequest=1000, sequence=0, time=1800000000000000, version=0)
            router.send_multipart([identity, b"", json.dumps(greeting).encode()])
            identity, _, question = router.recv_multipart()
            assert question.startswith(b"PARDON|desk")
            if sys.argv[2]:
                router.send_multipart([identity, b"", sys.argv[2].encode()])
            said = command.stderr.read().decode()
            print(command.wait(), said)
            """
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("fail2ban-cluster").path
        let said = try python(
            script,
            [
                "ipc://\(folder.file("hub"))", answer, program, "pardon", "203.0.113.7", "--config",
                desk.folder.file("conf"),
            ])
        #expect(said.hasPrefix("1 fail2ban-cluster: "))
        #expect(said.contains(expected), "\(said)")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a watch has a line for each report, and ends with a signal`(signal: Int32) async throws {
        let hub = try await TestHub()
        let desk = try Desk(at: hub)
        let watch = Process()
        watch.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("fail2ban-cluster")
        watch.arguments = ["watch", "--json", "--hub", hub.broadcasts, "--config", desk.folder.file("conf")]
        for name in ["out", "err"] { try desk.folder.append("", to: name) }
        watch.standardOutput = FileHandle(forWritingAtPath: desk.folder.file("out"))
        watch.standardError = FileHandle(forWritingAtPath: desk.folder.file("err"))
        try watch.run()
        defer { if watch.isRunning { kill(watch.processIdentifier, SIGKILL) } }
        try await eventually(within: .seconds(20)) { hub.subscriptions == 1 }
        #expect(try desk.run("ban", "203.0.113.7").status == 0)
        #expect(try desk.run("unban", "203.0.113.7").status == 0)
        try await eventually(within: .seconds(20)) { desk.folder.lines(of: "out").count == 2 }
        let documents = try desk.folder.lines(of: "out").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(documents.map { $0["address"] as? String } == ["203.0.113.7", "203.0.113.7"])
        #expect(documents.map { $0["lifted"] as? Bool } == [false, true])
        #expect(documents.map { $0["origin"] as? String } == ["own/desk", "own/desk"])
        kill(watch.processIdentifier, signal)
        watch.waitUntilExit()
        #expect(watch.terminationReason == .exit)
        #expect(watch.terminationStatus == 0)
        #expect(desk.folder.lines(of: "err") == ["fail2ban-cluster: listening to \(hub.broadcasts)"])
    }

    @Test func `20,000 bans are listed, each once, in order`() async throws {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let hub = try await TestHub("ratelimit = 1000000/s")
        let desk = try Desk(at: hub)
        let monitor = try await hub.monitor(host: "a", log: log.file("fail2ban.log"), socket: nil)
        let addresses = (0..<20_000).map { "198.18.\($0 / 250).\($0 % 250)" }
        let head = WireTests.line("[sshd] Ban ").dropLast()
        try log.append(addresses.map { "\(head)\($0)\n" }.joined(), to: "fail2ban.log")
        try await eventually(within: .seconds(60)) { try desk.run("list", "--count").output == "20000\n" }
        #expect(try desk.list().compactMap { $0["address"] as? String } == addresses)
        _ = monitor
    }
}

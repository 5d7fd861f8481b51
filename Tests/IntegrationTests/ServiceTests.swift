import Foundation
import Glibc
import RealFail2Ban
import Testing

/// Start, stop, reload and the service manager's messages, of the daemons as built.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ServiceTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private var conf: String { folder.file("conf") }

    /// A publisher's configuration.
    private func configure(_ more: String = "", replies: String = "tcp://127.0.0.1:*") throws {
        try """
        [general]
        statedir = \(folder.file("state"))
        [publisher]
        replybindurl = \(replies)
        broadcasterbindurl = tcp://127.0.0.1:*
        pidfile = \(folder.file("hub.pid"))
        \(more)
        """.write(toFile: conf, atomically: true, encoding: .utf8)
    }

    private func publisher(_ command: String) throws -> (status: Int32, output: String, error: String) {
        try Daemon.run("fail2ban-publisher", [command, "--config", conf])
    }

    private func process() throws -> Int32 {
        let text = try String(contentsOfFile: folder.file("hub.pid"), encoding: .utf8)
        return try #require(Int32(text.trimmingCharacters(in: .newlines)))
    }

    /// One that has ended stays a zombie until its new parent collects it.
    private func isRunning(_ process: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return false }
        return !status.contains("State:\tZ")
    }

    @Test func `start returns when it is ready, a second one is refused, stop ends it, and again is no fault`() throws {
        try configure()
        #expect(try publisher("start").status == 0)
        let first = try process()
        defer { kill(first, SIGKILL) }
        #expect(isRunning(first))
        for command in ["start", "run"] {
            let second = try publisher(command)
            #expect(second.status == 1)
            #expect(second.error.contains("already running (pid \(first))"), "\(second.error)")
        }
        #expect(try publisher("restart").status == 0)
        let next = try process()
        defer { kill(next, SIGKILL) }
        #expect(next != first)
        #expect(try publisher("stop") == (0, "", ""))
        #expect(!isRunning(next))
        #expect(!FileManager.default.fileExists(atPath: folder.file("hub.pid")))
        let again = try publisher("stop")
        #expect(again.status == 0)
        #expect(again.error.contains("not running"))
    }

    @Test func `what cannot start says why: a fault with 78, a port that is taken with 1`() async throws {
        try configure("auth = perhaps")
        for command in ["run", "start", "stop", "restart"] {
            let result = try publisher(command)
            #expect(result.status == 78, "\(command)")
            #expect(result.error.contains("\(conf):7: "), "\(command): \(result.error)")
        }
        let hub = try await TestHub()
        try configure(replies: hub.replies)
        let result = try publisher("start")
        #expect(result.status == 1)
        #expect(result.error.contains(hub.replies.dropFirst(6)), "\(result.error)")
    }

    @Test func `a wrong option is wrong use, and help is for somebody who has never heard of it`() throws {
        for name in ["fail2ban-monitor", "fail2ban-publisher", "fail2ban-subscriber"] {
            #expect(try Daemon.run(name, ["--frobnicate"]).status == 64)
            #expect(try Daemon.run(name, ["--version"]).output.split(separator: ".").count >= 3)
            let help = try Daemon.run(name, ["--help"])
            #expect(help.status == 0)
            for word in ["--config", "--check", "start", "stop", "restart", "SIGHUP", "[\(name.dropFirst(9))]", "78"] {
                #expect(help.output.contains(word), "\(name) --help: \(word)")
            }
        }
    }

    @Test func `after a kill the pidfile is stale, and the next start takes it over`() throws {
        try configure()
        #expect(try publisher("start").status == 0)
        let first = try process()
        kill(first, SIGKILL)
        #expect(try publisher("start").status == 0)
        #expect(try process() != first)
        #expect(try publisher("stop").status == 0)
    }

    @Test func `the service manager hears that it is ready, lives, reloads and stops`() async throws {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let listener = Process()
        listener.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        let script = """
            import socket, sys
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            listener.bind(sys.argv[1])
            while True:
                with open(sys.argv[2], "a") as seen: seen.write(listener.recv(4096).decode().replace("\\n", ";") + "\\n")
            """
        listener.arguments = ["-c", script, folder.file("notify"), folder.file("seen")]
        try listener.run()
        defer { kill(listener.processIdentifier, SIGKILL) }
        try await eventually { FileManager.default.fileExists(atPath: folder.file("notify")) }
        let seen = { folder.lines(of: "seen") }
        let environment = ["NOTIFY_SOCKET": folder.file("notify"), "WATCHDOG_USEC": "200000"]
        let sections = [
            (
                "fail2ban-monitor",
                "[monitor]\nzmqreplyserver = tcp://127.0.0.1:9\nfail2banlogpath = \(log.file("fail2ban.log"))"
            ),
            (
                "fail2ban-publisher",
                "[publisher]\nreplybindurl = tcp://127.0.0.1:*\nbroadcasterbindurl = tcp://127.0.0.1:*"
            ),
            ("fail2ban-subscriber", "[subscriber]\nzmqpublisherurl = tcp://127.0.0.1:9\nsubscriberaction = log"),
        ]
        for (name, section) in sections {
            let before = seen().count
            let daemon = try await Daemon(
                name, host: "a", general: "fail2banclient =", section: section, environment: environment)
            try await eventually("\(name) lives") { seen().dropFirst(before).filter { $0 == "WATCHDOG=1" }.count > 3 }
            _ = try await daemon.reload { $0 += "\n" }
            // It says that it has read the file before it says that it goes by it.
            try await eventually("\(name) is ready again") {
                seen().dropFirst(before).filter { $0 == "READY=1" }.count == 2
            }
            #expect(daemon.stop() == 0)
            try await eventually("\(name) has ended") { seen().last == "STOPPING=1" }
            let words = seen().dropFirst(before).filter { $0 != "WATCHDOG=1" }
            #expect(words.count == 4, "\(words)")
            #expect(words.first == "READY=1")
            #expect(words.dropFirst().first?.hasPrefix("RELOADING=1;MONOTONIC_USEC=") == true)
            #expect(words.dropFirst(2).first == "READY=1")
        }
    }

    @Test func `a reload takes what changed, names what needs a restart, and changes nothing where there is a fault`()
        async throws
    {
        let hub = try await TestHub()
        let bad = try await hub.publisher.reload {
            $0 = $0.replacing("[publisher]", with: "loglevel = loud\n[publisher]")
        }
        #expect(bad.contains { $0.contains("loglevel") && $0.contains("conf:") })
        #expect(bad.contains { $0.contains("stays as it was") })
        let good = try await hub.publisher.reload {
            $0 = $0.replacing("loglevel = loud\n", with: "").replacing(
                "broadcasterbindurl = tcp://127.0.0.1:*", with: "broadcasterbindurl = tcp://127.0.0.1:9")
        }
        #expect(good.contains { $0.contains("restart only") && $0.contains("[publisher] broadcasterbindurl") })
        #expect(good.contains { $0.contains("read again") })
    }

    @Test func `a daemon ends at once though fail2ban-client hangs, and takes it along`() async throws {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        try log.append("#!/bin/sh\necho $$ > \(log.file("client.pid"))\nexec sleep 86400\n", to: "client")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: log.file("client"))
        let monitor = try await Daemon(
            "fail2ban-monitor", host: "a", general: "fail2banclient = \(log.file("client"))",
            section: "[monitor]\nzmqreplyserver = tcp://127.0.0.1:9\nfail2banlogpath = \(log.file("fail2ban.log"))")
        try await eventually { log.lines(of: "client.pid").count == 1 }
        let client = try #require(Int32(log.lines(of: "client.pid")[0]))
        #expect(isRunning(client))
        #expect(monitor.stop() == 0)
        try await eventually("the client has ended") { !isRunning(client) }
    }
}

import BanModel
import Foundation
import LinuxSystem
import OwnThread
import RealFail2Ban
import Synchronization
import Testing

@testable import Fail2Ban

/// The socket blocks: on a thread of its own it does so to nobody else.
private struct Aside: Sendable {
    let access: Fail2BanAccess
    /// What was warned of.
    let warnings: Warnings

    final class Warnings: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }
        func add(_ text: String) { list.withLock { $0.append(text) } }
    }

    init(_ path: String?, client: Fail2BanClient? = nil, timeLimit: Duration = .seconds(60)) {
        let warnings = Warnings()
        self.warnings = warnings
        access = Fail2BanAccess(path: path, client: client, timeLimit: timeLimit) { request, reason in
            warnings.add("\(request): \(reason)")
        }
    }

    func ask(_ question: Question, until stop: Wakeup? = nil) async -> Answer {
        await onOwnThread("asks") { access.ask(question, until: stop) }
    }

    func carryOut(_ instruction: Instruction) async -> Answer {
        await onOwnThread("acts") { access.carryOut(instruction) }
    }
}

/// A server of a program's making: for each request, in turn, what Python makes of it.
private final class FakeServer {
    let path = NSTemporaryDirectory() + "f2b-fake-" + UUID().uuidString.prefix(8)
    private let process = Process()

    /// - Parameter answer: lines of Python that get `words` and `number`, the request's, and `connection`; they may `send` a
    ///   value, or bytes as they are, or hang up by `break`.
    init(_ answer: String) async throws {
        let script = """
            import os, pickle, socket, sys, threading
            end = b"<F2B_END_COMMAND>"
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(sys.argv[1])
            listener.listen(5)
            print("ready", flush=True)
            number = 0
            while True:
                connection, _ = listener.accept()
                def send(value): connection.sendall((value if isinstance(value, bytes) else pickle.dumps(value)) + end)
                request = b""
                while True:
                    piece = connection.recv(65536)
                    if not piece: break
                    request += piece
                    if not request.endswith(end): continue
                    words = pickle.loads(request[:-len(end)]) if not request.startswith(b"<") else []
                    request = b""
                    number += 1
                    if words == []: break
            \(answer.split(separator: "\n").map { "        " + $0 }.joined(separator: "\n"))
                connection.close()
            """
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", script, path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        _ = await onOwnThread("waits") { output.fileHandleForReading.availableData }
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)  // Swift's threads block the others, and so do their children
        unlink(path)
    }
}

@Suite(.enabled(if: RealFail2Ban.isInstalled, "fail2ban is not installed"), .timeLimit(.minutes(10)))
struct Fail2BanAccessTests {
    private func client(of server: RealFail2Ban) -> Fail2BanClient {
        Fail2BanClient(program: RealFail2Ban.clientProgram, socket: server.socket)
    }

    @Test func `the real fail2ban is understood as its client understands it`() async throws {
        let server = try await RealFail2Ban([
            RealJail("one", hasFilter: false, bantime: "-1"), RealJail("two", bantime: "1000"),
        ])
        let access = Aside(server.socket)
        let client = client(of: server)
        let (one, two, none) = (try jail("one"), try jail("two"), try jail("none"))
        let addresses = [try address("192.0.2.1"), try address("2001:db8::1"), try address("198.51.100.0/24")]
        #expect(await access.carryOut(.ban(one, addresses)) == .changed(3))
        #expect(await access.carryOut(.ban(one, addresses)) == .changed(0))
        #expect(await access.carryOut(.ban(one, [])) == .changed(0))
        #expect(await access.carryOut(.ban(two, [addresses[0]])) == .changed(1))
        try await server.client("set", "one", "banip", "x y", "192.0.2.1 \t2026-11-21 02:00:00 + 9 = x")
        let questions: [Question] =
            [.jails] + [one, two, none].flatMap { [.status($0), .bantime($0), .bans($0)] }
        for question in questions {
            let answer = await access.ask(question)
            let expected = await onOwnThread("asks") { client.ask(question) }
            #expect(answer == expected)
        }
        #expect(await access.ask(.status(one)) == .status(banned: Set(addresses), total: 5))
        #expect(await access.carryOut(.unban(one, [try address("192.0.2.9")] + addresses)) == .changed(3))
        #expect(await access.carryOut(.ban(none, addresses)) == .noSuchJail)
        #expect(await access.carryOut(.unban(none, addresses)) == .noSuchJail)
        #expect(access.warnings.all == [])
    }

    @Test func `ten thousand bans are listed`() async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        let access = Aside(server.socket)
        let one = try jail("one")
        let addresses = try (0..<10_000).map { try address("198.18.\($0 / 256).\($0 % 256)") }
        let begin = ContinuousClock.now
        #expect(await access.carryOut(.ban(one, addresses)) == .changed(10_000))
        print("10,000 bans in 2 requests over the socket took \(ContinuousClock.now - begin)")
        #expect(await access.ask(.status(one)) == .status(banned: Set(addresses), total: 10_000))
        guard case .bans(let listed) = await access.ask(.bans(one)) else {
            Issue.record("no bans")
            return
        }
        #expect(Set(listed.map(\.address)) == Set(addresses))
    }

    @Test func `a single ban takes a moment`() async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        let access = Fail2BanAccess(path: server.socket, client: nil) { _, _ in }
        let one = try jail("one")
        let addresses = try (0..<300).map { try address("198.18.\($0 / 256).\($0 % 256)") }
        let delays = await onOwnThread("acts") {
            addresses.map { address in
                let begin = ContinuousClock.now
                #expect(access.carryOut(.ban(one, [address])) == .changed(1))
                return ContinuousClock.now - begin
            }.sorted()
        }
        print("one ban over the socket: median \(delays[150]), 99 % within \(delays[297]), longest \(delays[299])")
    }

    @Test(arguments: ["logtarget", "loglevel", "dbfile", "dbpurgeage", "syslogsocket", "thread", "allowipv6", "--all"])
    func `no jail's name reaches a setting of the server`(name: String) async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        let access = Aside(server.socket)
        #expect(await access.carryOut(.ban(try jail(name), [try address("192.0.2.1")])) == .noSuchJail)
        #expect(await access.ask(.bantime(try jail(name))) == .noSuchJail)
        #expect(await access.ask(.status(try jail(name))) == .noSuchJail)
        #expect(try await server.client("get", "logtarget").output.contains(server.logPath))
    }

    @Test func `a server that was restarted is asked on a new connection, one that is gone is not running`()
        async throws
    {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        let access = Aside(server.socket)
        #expect(await access.ask(.jails) == .jails([try jail("one")]))
        try await server.kill9()
        guard case .notRunning = await access.ask(.jails) else {
            Issue.record("it answers")
            return
        }
        try await server.start()
        #expect(await access.ask(.jails) == .jails([try jail("one")]))
        try await server.stop()
        try await server.start()
        // The connection that is kept is a dead one.
        #expect(await access.carryOut(.ban(try jail("one"), [try address("192.0.2.1")])) == .changed(1))
        try await server.stop()
        guard case .notRunning = await access.ask(.bans(try jail("one"))) else {
            Issue.record("it answers")
            return
        }
    }

    @Test func `a server that is busy gives no clear answer in time, and a stop ends the wait`() async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false, command: "sleep 30 # <ip>")])
        let stop = try Wakeup()
        let (one, ip) = (try jail("one"), try address("192.0.2.1"))
        let ban = Task { await Aside(server.socket, timeLimit: .seconds(5)).carryOut(.ban(one, [ip])) }
        try await eventually { try server.logLines().contains { $0.hasSuffix("Ban 192.0.2.1") } }
        #expect(
            await Aside(server.socket, timeLimit: .milliseconds(300)).ask(.jails)
                == .unclear("no answer within 0.3 seconds"))
        let asked = Task { await Aside(server.socket).ask(.jails, until: stop) }
        stop.signal()
        #expect(await asked.value == .unclear("given up, since the daemon ends"))
        #expect(await ban.value == .unclear("no answer within 5.0 seconds"))
        try await server.kill9()
    }

    @Test func `an instruction whose answer was lost is not repeated, a question is`() async throws {
        let server = try await FakeServer(
            "if number == 1 or words[0] == 'set': break\nsend((0, [('Number of jail', 1), ('Jail list', words[0])]))")
        let access = Aside(server.path)
        #expect(await access.ask(.jails) == .jails([try jail("status")]))
        #expect(
            await access.carryOut(.ban(try jail("one"), [try address("192.0.2.1")]))
                == .unclear("fail2ban hung up before it answered"))
        // It was the third: the fourth is this one.
        #expect(await access.ask(.jails) == .jails([try jail("status")]))
    }

    @Test func `what is not understood goes through the client, with one warning`() async throws {
        let real = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        let server = try await FakeServer("send(b'nonsense' if words[0] == 'status' else (0, 'what?'))")
        let access = Aside(server.path, client: client(of: real))
        let (one, ip) = (try jail("one"), try address("192.0.2.1"))
        for _ in 0..<2 { #expect(await access.ask(.jails) == .jails([one])) }
        #expect(access.warnings.all == [#"status: an answer that is no pickle: "nonsense<F2B_END_COMMAND>""#])
        // What was asked for may be done, and the second try would count nothing.
        guard case .unclear = await access.carryOut(.ban(one, [ip])) else {
            Issue.record("an answer of another form was taken")
            return
        }
        #expect(await access.carryOut(.ban(one, [ip])) == .changed(1))
        #expect(access.warnings.all.count == 2)
    }

    @Test func `a mark within a text is not the end, and a server that shuts down is not running`() async throws {
        let server = try await FakeServer(
            """
            if number == 1:
                whole = pickle.dumps((1, Exception('x' + end.decode() + 'y'))) + end
                at = whole.index(end) + len(end)
                connection.sendall(whole[:at])
                import time; time.sleep(0.2)
                connection.sendall(whole[at:])
            else: send(['SHUTDOWN'])
            """)
        let access = Aside(server.path)
        #expect(
            await access.ask(.jails) == .unclear(#"fail2ban refuses: "Exception"("x<F2B_END_COMMAND>y")"#))
        #expect(await access.ask(.jails) == .notRunning("fail2ban is shutting down"))
    }

    @Test func `where nothing is, the client decides only where the path is a guess`() async throws {
        let real = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        let configured = Aside("/nonexistent/socket", client: client(of: real))
        guard case .notRunning = await configured.ask(.jails) else {
            Issue.record("it answers")
            return
        }
        let alone = Aside("/nonexistent/socket")
        guard case .notRunning = await alone.carryOut(.ban(try jail("one"), [try address("192.0.2.1")])) else {
            Issue.record("it answers")
            return
        }
        try #require(access(Fail2BanSocket.usualPath, F_OK) != 0, "this machine's own fail2ban runs")
        #expect(await Aside(nil, client: client(of: real)).ask(.jails) == .jails([try jail("one")]))
    }
}

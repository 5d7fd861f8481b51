import BanModel
import Foundation
import OwnThread
import RealFail2Ban
import Testing

@testable import Fail2Ban

/// The client blocks: on a thread of its own it does so to nobody else.
private struct Aside {
    let client: Fail2BanClient

    func ask(_ question: Question) async -> Answer {
        await onOwnThread("asks") { [client] in client.ask(question) }
    }

    func carryOut(_ instruction: Instruction) async -> Answer {
        await onOwnThread("acts") { [client] in client.carryOut(instruction) }
    }
}

@Suite(.enabled(if: RealFail2Ban.isInstalled, "fail2ban is not installed"), .timeLimit(.minutes(10)))
struct Fail2BanClientTests {
    private func client(of server: RealFail2Ban, timeLimit: Duration = .seconds(60)) -> Aside {
        Aside(
            client: Fail2BanClient(
                program: RealFail2Ban.clientProgram, socket: server.socket, timeLimit: timeLimit))
    }

    @Test func `the real fail2ban is understood`() async throws {
        let server = try await RealFail2Ban([
            RealJail("one", hasFilter: false, bantime: "-1"), RealJail("two", bantime: "1000"),
        ])
        let client = client(of: server)
        let (one, two) = (try jail("one"), try jail("two"))
        #expect(await client.ask(.jails) == .jails([one, two]))
        #expect(await client.ask(.bantime(one)) == .bantime(nil))
        #expect(await client.ask(.bantime(two)) == .bantime(.seconds(1000)))
        #expect(await client.ask(.bans(one)) == .bans([]))
        #expect(await client.ask(.status(one)) == .status(banned: [], total: 0))

        let addresses = [try address("192.0.2.1"), try address("2001:db8::1"), try address("198.51.100.0/24")]
        #expect(await client.carryOut(.ban(one, addresses)) == .changed(3))
        #expect(await client.carryOut(.ban(one, addresses)) == .changed(0))
        #expect(await client.carryOut(.ban(one, [])) == .changed(0))
        #expect(await client.carryOut(.ban(two, [addresses[0]])) == .changed(1))
        #expect(await client.ask(.status(one)) == .status(banned: Set(addresses), total: 3))
        guard case .bans(let permanent) = await client.ask(.bans(one)) else {
            Issue.record("no bans")
            return
        }
        #expect(Set(permanent.map(\.address)) == Set(addresses))
        #expect(permanent.allSatisfy { $0.until == .forever })
        guard case .bans(let listed) = await client.ask(.bans(two)) else {
            Issue.record("no bans")
            return
        }
        #expect(listed.map(\.address) == [addresses[0]])
        #expect(listed.allSatisfy { [.seconds(1000), .seconds(1001)].contains($0.until - $0.since) })

        #expect(await client.carryOut(.unban(one, [try address("192.0.2.9")] + addresses)) == .changed(3))
        #expect(await client.ask(.bans(one)) == .bans([]))
    }

    @Test func `entries that are no addresses are left out`() async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        try await server.client("set", "one", "banip", "x y", "192.0.2.1 \t2026-11-21 02:00:00 + 9 = x", "192.0.2.2")
        guard case .bans(let listed) = await client(of: server).ask(.bans(try jail("one"))) else {
            Issue.record("no bans")
            return
        }
        #expect(listed.map(\.address) == [try address("192.0.2.2")])
    }

    @Test func `a jail that is not there is named so`() async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        let client = client(of: server)
        let none = try jail("none")
        #expect(await client.ask(.bans(none)) == .noSuchJail)
        #expect(await client.ask(.bantime(none)) == .noSuchJail)
        #expect(await client.ask(.status(none)) == .noSuchJail)
        #expect(await client.carryOut(.ban(none, [try address("192.0.2.1")])) == .noSuchJail)
        #expect(await client.carryOut(.unban(none, [try address("192.0.2.1")])) == .noSuchJail)
    }

    @Test(arguments: ["logtarget", "loglevel", "dbfile", "dbpurgeage", "syslogsocket", "thread", "allowipv6", "--all"])
    func `no jail's name reaches a setting of the server`(name: String) async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        let client = client(of: server)
        #expect(await client.carryOut(.ban(try jail(name), [try address("192.0.2.1")])) == .noSuchJail)
        #expect(await client.ask(.bantime(try jail(name))) == .noSuchJail)
        #expect(await client.ask(.status(try jail(name))) == .noSuchJail)
        #expect(try await server.client("get", "logtarget").output.contains(server.logPath))
    }

    @Test func `a server that is stopped or killed is not running`() async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        let client = client(of: server)
        try await server.stop()
        guard case .notRunning = await client.ask(.jails) else {
            Issue.record("it answers")
            return
        }
        try await server.start()
        #expect(await client.ask(.jails) == .jails([try jail("one")]))
        try await server.kill9()
        guard case .notRunning = await client.ask(.bans(try jail("one"))) else {
            Issue.record("it answers")
            return
        }
    }

    @Test func `a server that is busy gives no clear answer in time`() async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false, command: "sleep 30 # <ip>")])
        async let ban = client(of: server, timeLimit: .seconds(5)).carryOut(
            .ban(try jail("one"), [try address("192.0.2.1")]))
        try await eventually { try server.logLines().contains { $0.hasSuffix("Ban 192.0.2.1") } }
        #expect(
            await client(of: server, timeLimit: .milliseconds(300)).ask(.jails)
                == .unclear("no answer within 0.3 seconds"))
        #expect(try await ban == .unclear("no answer within 5.0 seconds"))
        try await server.kill9()
    }

    @Test func `without the program nobody can ask`() async {
        let client = Aside(client: Fail2BanClient(program: "/nonexistent/fail2ban-client", socket: nil))
        guard case .impossible = await client.ask(.jails) else {
            Issue.record("it answers")
            return
        }
    }
}

import Glibc
import RealFail2Ban
import Testing

/// The test support itself, and the facts that this room builds on.
@Suite(.enabled(if: RealFail2Ban.isInstalled, "fail2ban is not installed"), .timeLimit(.minutes(10)))
struct RealFail2BanTests {
    @Test func `a failure becomes a ban, and the folder goes with the server`() async throws {
        var server: RealFail2Ban? = try await RealFail2Ban([RealJail("one", command: "true")])
        let folder = try #require(server?.folder)
        try server?.fail("192.0.2.1", "2001:db8::1", in: "one")
        try await eventually("both are banned") {
            let lines = try server?.logLines() ?? []
            return ["192.0.2.1", "2001:db8::1"].allSatisfy { ip in lines.contains { $0.hasSuffix("[one] Ban \(ip)") } }
        }
        server = nil
        try await eventually("the folder is gone") { !exists(folder) }
    }

    @Test func `bans are restored after a stop and after a kill`() async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false)])
        try await server.client("set", "one", "banip", "192.0.2.1")
        for end in [server.stop, server.kill9] {
            try await end()
            let before = try server.logLines().count
            try await server.start()
            try await eventually("the ban is restored") {
                try server.logLines().dropFirst(before).contains { $0.hasSuffix("[one] Restore Ban 192.0.2.1") }
            }
        }
    }

    @Test func `a configuration that makes no sense is told, and leaves nothing behind`() async throws {
        await #expect(throws: RealFail2Ban.Failure.self) {
            try await RealFail2Ban([RealJail("one", bantime: "soon")])
        }
    }

    @Test func `a condition that never holds fails with its words`() async throws {
        let error = await #expect(throws: NeverHeld.self) {
            try await eventually("the moon is cheese", within: .milliseconds(20)) { false }
        }
        #expect(error?.description.contains("the moon is cheese did not come true within 0.02 seconds") == true)
    }

    @Test func `a new configuration takes effect with a reload`() async throws {
        let server = try await RealFail2Ban([RealJail("one", hasFilter: false, bantime: "100")])
        try server.configure([RealJail("one", hasFilter: false, bantime: "200"), RealJail("two", hasFilter: false)])
        #expect(try await server.client("reload").status == 0)
        #expect(try await server.client("get", "one", "bantime").output == "200\n")
        #expect(try await server.client("status", "two").status == 0)
    }
}

private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

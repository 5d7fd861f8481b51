import Foundation
import RealFail2Ban
import Testing

/// A host whose log cannot be read: fail2ban's action tells its bans.
@Suite(.enabled(if: RealFail2Ban.isInstalled, "needs Debian's fail2ban"), .timeLimit(.minutes(10))) struct ActionTests {
    /// A real fail2ban whose jail sshd has the action as it is shipped.
    private func host(spool: String) async throws -> RealFail2Ban {
        let host = try await RealFail2Ban([RealJail("sshd", bantime: "3600")])
        try await host.stop()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        try FileManager.default.copyItem(
            at: root.appendingPathComponent("fail2ban/action.d/fail2ban-cluster.conf"),
            to: URL(fileURLWithPath: "\(host.folder)/action.d/fail2ban-cluster.conf"))
        try "[sshd]\naction = fail2ban-cluster[spool=\(spool)]\n"
            .write(toFile: "\(host.folder)/jail.local", atomically: true, encoding: .utf8)
        try await host.start()
        return host
    }

    @Test
    func
        `schedule 13: by the action alone a ban is told, a stop of fail2ban frees nobody, a hub that is down holds nobody up`()
        async throws
    {
        let state = try Folder()
        let hub = try await TestHub(
            replies: "ipc://\(state.file("replies"))", broadcasts: "ipc://\(state.file("broadcasts"))")
        let a = try await host(spool: state.file("action.spool"))
        let monitor = try await hub.monitor(
            host: "a", log: state.file("no.log"), socket: a.socket, state: state.path)
        try a.fail("198.19.7.1", in: "sshd")
        try await eventually("the ban is told") { hub.broadcast == ["a|sshd|Ban|198.19.7.1"] }

        hub.publisher.kill9()
        try a.fail("198.19.7.2", in: "sshd")
        try await eventually("the ban is made without a hub") {
            try await a.client("get", "sshd", "banip").output.contains("198.19.7.2")
        }
        try await hub.publisher.start()
        try await eventually("and told when there is one") { hub.broadcast.contains("a|sshd|Ban|198.19.7.2") }

        let answered = monitor.log.count
        try await a.stop()
        try await eventually("the monitor finds it stopped, since it asks when a line comes", within: .seconds(30)) {
            try state.append("ban sshd 198.19.7.3 600 1\n", to: "action.spool")
            return monitor.log.dropFirst(answered).contains { $0.contains("fail2ban does not answer") }
        }
        try await a.start()
        try await eventually("it has restored what it had") {
            try await a.client("get", "sshd", "banip").output.contains("198.19.7.2")
        }
        let lines = state.lines(of: "action.spool").filter { $0.contains("198.19.7.1 ") || $0.contains("198.19.7.2 ") }
        #expect(lines.count == 2, "the action is not run for what is restored")
        // One more ban goes the whole way: whatever the stop had to say came before it.
        try a.fail("198.19.7.4", in: "sshd")
        try await eventually("the next ban is told", within: .seconds(60)) {
            hub.broadcast.contains("a|sshd|Ban|198.19.7.4")
        }
        #expect(!hub.broadcast.contains { $0.contains("Unban") })
    }
}

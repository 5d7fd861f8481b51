import Foundation
import RealFail2Ban
import Testing

@Suite(.timeLimit(.minutes(10))) struct HeldTests {
    @Test func `a monitor that lost its state file learns from the hub what it had told`() async throws {
        let folder = try Folder()
        try folder.append("", to: "fail2ban.log")
        let hub = try await TestHub()
        let monitor = try await hub.monitor(host: "a", log: folder.file("fail2ban.log"), socket: nil)
        try folder.append(WireTests.line("[sshd] Ban 198.19.7.1"), to: "fail2ban.log")
        try await eventually { hub.broadcast == ["a|sshd|Ban|198.19.7.1"] }
        #expect(monitor.stop() == 0)
        try FileManager.default.removeItem(atPath: monitor.folder.file("state/monitor.state"))
        let before = monitor.log.count
        try await monitor.start()
        // It is a stranger of that name for the first ten seconds.
        try await eventually("it is told", within: .seconds(40)) {
            monitor.log.dropFirst(before).contains { $0.contains("the hub holds") && $0.contains("reports=1") }
        }
        #expect(hub.broadcast.count == 1)
    }
}

import Foundation
import RealFail2Ban
import Testing

@Suite(.enabled(if: RealFail2Ban.isInstalled, "needs Debian's fail2ban")) struct IdleTests {
    static let isLong = ProcessInfo.processInfo.environment["FAIL2BAN_CLUSTER_LONG_TESTS"] != nil

    @Test(.enabled(if: isLong, "watches for 10 s: scripts/test --long"))
    func `in 10 s without news no thread of any daemon wakes up, but for a beacon every 30 s`() async throws {
        let hub = try await TestHub()
        let fail2ban = try await RealFail2Ban([RealJail("sshd")])
        let subscriber = try await hub.subscriber(
            host: "b", general: "fail2bansocket = \(fail2ban.socket)", "targetjail = same")
        let monitor = try await hub.monitor(host: "a", log: fail2ban.logPath, socket: fail2ban.socket)
        try fail2ban.fail("198.19.7.1", in: "sshd")
        try await eventually { subscriber.log.contains { $0.contains("not ours") } }
        let daemons = [hub.publisher, monitor, subscriber]
        // The beacons of 0.2 s and 2 s after the ban are over, and the next one is 30 s away.
        func beacons() -> Int { subscriber.log.filter { $0.contains(" beacon ") }.count }
        let soon = beacons()
        try await eventually("a beacon that follows no news", within: .seconds(120)) { beacons() >= soon + 3 }
        // What that ban has set in motion comes to rest first: two looks a second apart that see the same.
        var before = try daemons.map { try $0.contextSwitches() }
        try await eventually("the daemons are at rest") {
            try await Task.sleep(for: .seconds(1))
            let now = try daemons.map { try $0.contextSwitches() }
            defer { before = now }
            return now == before
        }
        try await Task.sleep(for: .seconds(10))
        let after = try daemons.map { try $0.contextSwitches() }
        for (daemon, (before, after)) in zip(daemons, zip(before, after)) {
            for (thread, count) in after {
                #expect(count == before[thread], "\(daemon.name), thread \(thread)")
            }
        }
    }
}

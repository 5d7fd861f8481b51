import Foundation
import Glibc
import RealFail2Ban
import Testing

/// Monitors and the hubs that they may ask: one after the other, one that refuses, one that is replaced.
@Suite(.serialized, .timeLimit(.minutes(10))) struct HubsTests {
    private let log: Folder

    init() throws {
        log = try Folder()
        try log.append("", to: "fail2ban.log")
    }

    private func ban(_ last: Int) throws {
        try log.append(WireTests.line("[sshd] Ban 198.19.7.\(last)"), to: "fail2ban.log")
    }

    private func bans(_ last: ClosedRange<Int>) -> [Substring] { last.map { "a|sshd|Ban|198.19.7.\($0)" } }

    private func monitor(_ hubs: [String], more: String = "") async throws -> Daemon {
        try await Daemon(
            "fail2ban-monitor", host: "a", general: "fail2banclient =",
            section: """
                [monitor]
                zmqreplyserver = \(hubs.joined(separator: " "))
                fail2banlogpath = \(log.file("fail2ban.log"))
                \(more)
                """)
    }

    @Test func `with the first of two hubs killed the next ban is on its way at once, and goes back when it is there`()
        async throws
    {
        let first = try await TestHub(
            replies: "ipc://\(log.file("replies"))", broadcasts: "ipc://\(log.file("broadcasts"))")
        let second = try await TestHub()
        let monitor = try await monitor([first.replies, second.replies])
        try ban(1)
        try await eventually(within: .seconds(20)) { first.broadcast == bans(1...1) }
        #expect(second.broadcast == [])
        first.publisher.kill9()
        let killed = ContinuousClock.now
        try ban(2)
        try await eventually(within: .seconds(20)) { second.broadcast.contains("a|sshd|Ban|198.19.7.2") }
        print("failover after \(ContinuousClock.now - killed)")
        // The other hub has never seen this monitor: it hears of everything that is in force.
        #expect(Set(second.broadcast) == Set(bans(1...2)))
        try await first.publisher.start()
        try await eventually("it goes back", within: .seconds(60)) {
            monitor.log.last { $0.contains("the hub answers") }?.contains(first.replies) == true
        }
        try ban(3)
        try await eventually(within: .seconds(20)) { first.broadcast.contains("a|sshd|Ban|198.19.7.3") }
        #expect(Set(first.broadcast) == Set(bans(1...3)))
        #expect(Set(second.broadcast) == Set(bans(1...2)))
    }

    @Test func `a hub that hangs is given up after requesttimeout, and the next one is asked`() async throws {
        let first = try await TestHub()
        let second = try await TestHub()
        let monitor = try await monitor([first.replies, second.replies], more: "requesttimeout = 1s")
        try ban(1)
        try await eventually(within: .seconds(20)) { first.broadcast == bans(1...1) }
        kill(first.publisher.pid, SIGSTOP)
        try ban(2)
        try await eventually(within: .seconds(20)) { second.broadcast.contains("a|sshd|Ban|198.19.7.2") }
        #expect(monitor.log.contains { $0.contains("the hub is lost") && $0.contains("no answer") })
    }

    @Test func `schedule 6: with a wrong token nothing is lost, and with the right one after SIGHUP all of it arrives`()
        async throws
    {
        let hub = try await TestHub("auth = true\nauthtoken = right")
        let monitor = try await monitor([hub.replies], more: "auth = true\nauthtoken = wrong")
        for last in 1...50 { try ban(last) }
        try await eventually(within: .seconds(20)) { monitor.log.contains { $0.contains("the hub refuses us") } }
        monitor.kill9()
        for last in 51...99 { try ban(last) }
        try await monitor.start()
        try await eventually(within: .seconds(20)) {
            monitor.log.filter { $0.contains("authtoken") && $0.contains("refuses us") }.count >= 2
        }
        #expect(hub.broadcast == [])
        #expect(hub.publisher.log.contains { $0.contains("authtoken") })
        _ = try await monitor.reload { $0 = $0.replacing("authtoken = wrong", with: "authtoken = right") }
        try await eventually(within: .seconds(20)) { hub.broadcast.count >= 99 }
        #expect(hub.broadcast == bans(1...99))
    }

    @Test func `schedule 6: an address that the hub refuses does not stop the ones behind it`() async throws {
        let hub = try await Daemon(
            "fail2ban-publisher", host: "hub", general: "ignoreip = 198.19.7.2",
            section: "[publisher]\nreplybindurl = tcp://127.0.0.1:*\nbroadcasterbindurl = tcp://127.0.0.1:*")
        let monitor = try await monitor([try hub.endpoint("replies")])
        for last in 1...3 { try ban(last) }
        try await eventually(within: .seconds(20)) { hub.log.contains { $0.contains("Ban|198.19.7.3") } }
        #expect(!hub.log.contains { $0.contains("Ban|198.19.7.2") })
        try await eventually(within: .seconds(20)) {
            monitor.log.contains {
                $0.contains("refuses this report for good") && $0.contains("198.19.7.2") && $0.contains("ignoreip")
            }
        }
    }

    @Test func `schedule 21: an old hub that is replaced by a new one, and that by an old one, is noticed each time`()
        async throws
    {
        let replies = "ipc://\(log.file("replies"))"
        let broadcasts = "ipc://\(log.file("broadcasts"))"
        let monitor = try await monitor([replies])
        func forms() -> [String] {
            monitor.log.filter { $0.contains("the hub answers") }.map { $0.contains("form=old") ? "old" : "new" }
        }
        let first = try await Original("publisher", [replies, broadcasts])
        try await eventually(within: .seconds(20)) { forms() == ["old"] }
        try ban(1)
        try await eventually(within: .seconds(20)) { first.said.contains("broadcast a|sshd|Ban|198.19.7.1") }
        first.kill9()
        let hub = try await TestHub(replies: replies, broadcasts: broadcasts)
        try await eventually(within: .seconds(20)) { forms() == ["old", "new"] }
        try ban(2)
        try await eventually(within: .seconds(20)) { Set(hub.broadcast) == Set(bans(1...2)) }
        hub.publisher.kill9()
        let last = try await Original("publisher", [replies, broadcasts])
        try await eventually(within: .seconds(20)) { forms() == ["old", "new", "old"] }
        try ban(3)
        try await eventually(within: .seconds(20)) { last.said.contains("broadcast a|sshd|Ban|198.19.7.3") }
        #expect(last.isAlive)
    }

    @Test func `schedule 30: a second host of the same name is told so, and the first goes on`() async throws {
        let hub = try await TestHub()
        let first = try await monitor([hub.replies])
        try ban(1)
        try await eventually(within: .seconds(20)) { hub.broadcast == bans(1...1) }
        let second = try await monitor([hub.replies])
        try await eventually(within: .seconds(20)) {
            second.log.contains { $0.contains("another monitor calls itself a") }
        }
        #expect(hub.publisher.log.contains { $0.contains("another monitor calls itself a") })
        #expect(first.pid != second.pid)
    }
}

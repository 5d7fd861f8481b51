import Foundation
import RealFail2Ban
import Testing

/// When B frees what A has banned, with a real fail2ban on each: no earlier than A, and at once then.
@Suite(.enabled(if: RealFail2Ban.isInstalled, "needs Debian's fail2ban")) struct EndsTests {
    private static let isLong = ProcessInfo.processInfo.environment["FAIL2BAN_CLUSTER_LONG_TESTS"] != nil
    private static let attacker = "198.19.7.66"

    private struct Case: Sendable, CustomTestStringConvertible {
        var target: String
        /// Of the jail on B, in seconds.
        var bantime: Int
        var testDescription: String { "\(target), \(bantime) s on B" }
    }

    /// `(ban, time)` by the lines of this log.
    private func events(_ fail2ban: RealFail2Ban) throws -> [(isBan: Bool, time: Date)] {
        try fail2ban.logLines().compactMap { line in
            let isBan = line.hasSuffix("] Ban \(Self.attacker)")
            guard isBan || line.hasSuffix("] Unban \(Self.attacker)"), let time = moment(line) else { return nil }
            return (isBan, time)
        }
    }

    @Test(arguments: [
        Case(target: "fail2bancluster", bantime: 604_800), Case(target: "same", bantime: isLong ? 10 : 6),
        Case(target: "same", bantime: 3_600),
    ])
    private func `B holds a ban as long as A does, whatever B's own bantime is`(each: Case) async throws {
        let bantime = Self.isLong ? 60 : 16
        let jail = each.target == "same" ? "sshd" : each.target
        let hosts = try await TwoHosts(
            bantime: "\(bantime)",
            on: RealJail(jail, hasFilter: each.target == "same", bantime: "\(each.bantime)"), target: each.target)
        let begin = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        try hosts.a.fail(Self.attacker, in: "sshd")
        try await eventually("A has freed it", within: .seconds(120)) { try events(hosts.a).last?.isBan == false }
        try await eventually("B has freed it", within: .seconds(60)) {
            try await hosts.listed(on: hosts.b, in: jail) == []
        }
        let (onA, onB) = (try events(hosts.a), try events(hosts.b))
        let end = try #require(onA.first).time.addingTimeInterval(Double(bantime))
        let freed = try #require(onB.last).time
        #expect(onA.count == 2)
        #expect(onB.last?.isBan == false)
        // Where B's own time is short, a machine that is too busy to renew it in time shows a gap, and the figures below.
        if each.bantime > bantime { #expect(freed >= begin.addingTimeInterval(Double(bantime))) }
        // But it is not given up.
        #expect(freed >= end.addingTimeInterval(-Double(each.bantime)))
        // Where it was free in between, for how long.
        let gaps = zip(onB, onB.dropFirst()).filter { !$0.isBan && $1.isBan }.map { $1.time.timeIntervalSince($0.time) }
        print(
            "\(each.testDescription): A's line + \(bantime) s; A freed",
            onA[1].time.timeIntervalSince(end), "s later, B", freed.timeIntervalSince(end), "s later; gaps:", gaps)
    }

    @Test func `schedule 27: in fail2ban, too, a network and an address inside are each freed at their own time`()
        async throws
    {
        let hosts = try await TwoHosts()
        func listed() async throws -> Set<String> { try await hosts.listed(on: hosts.b, in: "fail2bancluster") }
        let (network, inside) = ("198.51.100.0/24", "198.51.100.7")
        let output = try python(
            """
            import sys, time, zmq
            peer = zmq.Context().socket(zmq.REQ)
            peer.connect(sys.argv[1])
            now = int(time.time() * 1e6)
            peer.send_string("REPORTS|c 0123456789abcdef\\n"
                + f"banned c log sshd {sys.argv[2]} {now} {now + 6_000_000}\\n"
                + f"banned c log sshd {sys.argv[3]} {now + 1} {now + 12_000_000}")
            print(peer.recv_string())
            """, [hosts.hub.replies, network, inside])
        #expect(output.hasPrefix("TAKEN"))
        try await eventually { try await listed() == [network, inside] }
        try await eventually("the network is free, the address inside is not") { try await listed() == [inside] }
        try await eventually("both are free") { try await listed() == [] }
        // It was banned again when the network's end had freed it too.
        let lines = try hosts.b.logLines().compactMap { line in
            ["Ban", "Unban"].flatMap { verb in [network, inside].map { "] \(verb) \($0)" } }
                .first { line.hasSuffix($0) }.map { String($0.dropFirst(2)) }
        }
        #expect(lines.last == "Unban \(inside)")
        #expect(lines.filter { $0 == "Unban \(network)" }.count == 1)
    }

    @Test func `a pardon frees everywhere, also where fail2ban itself had banned, and a new attack bans again`()
        async throws
    {
        let hub = try await TestHub()
        let a = try await RealFail2Ban([
            RealJail("sshd", bantime: "1d"), RealJail("fail2bancluster", hasFilter: false, bantime: "1w"),
        ])
        let b = try await RealFail2Ban([RealJail("fail2bancluster", hasFilter: false, bantime: "1w")])
        // A detects and is protected: one host, one state folder.
        let state = try Folder()
        let action = "subscriberaction = fail2banclient"
        let onA = try await hub.subscriber(
            host: "a", general: "fail2bansocket = \(a.socket)", state: state.path, action)
        let onB = try await hub.subscriber(host: "b", general: "fail2bansocket = \(b.socket)", action)
        let monitor = try await hub.monitor(host: "a", log: a.logPath, socket: a.socket, state: state.path)
        try await eventually("the monitor has asked for the jails") { hub.monitorHasAsked(monitor) }
        try a.fail(Self.attacker, in: "sshd")
        try await eventually { try events(b).map(\.isBan) == [true] }
        let pardon = try Daemon.run(
            "fail2ban-cluster",
            ["pardon", Self.attacker, "--hub", hub.replies, "--config", monitor.folder.file("conf")])
        #expect(pardon.status == 0, "\(pardon)")
        try await eventually("B is freed") { try events(b).map(\.isBan) == [true, false] }
        try await eventually("A is freed") { try events(a).map(\.isBan) == [true, false] }
        try a.fail(Self.attacker, in: "sshd")
        try await eventually("B bans again") { try events(b).map(\.isBan) == [true, false, true] }
        #expect(try events(a).map(\.isBan) == [true, false, true])
        _ = (onA, onB)
    }

    @Test func `a person's unban on A frees B, and not while C still vouches`() async throws {
        let hosts = try await TwoHosts(bantime: "1d")
        let tell = { (action: String) in
            _ = try python(
                """
                import sys, zmq
                peer = zmq.Context().socket(zmq.REQ)
                peer.connect(sys.argv[1])
                peer.send_string(sys.argv[2])
                assert peer.recv_string() == sys.argv[2]
                """, [hosts.hub.replies, "c|sshd|\(action)|\(Self.attacker)"])
        }
        try hosts.a.fail(Self.attacker, in: "sshd")
        try await eventually { try events(hosts.b).map(\.isBan) == [true] }
        try tell("Ban")
        try await hosts.a.client("set", "sshd", "unbanip", Self.attacker)
        try await eventually("A's lift is on B") {
            hosts.subscriber.log.contains { $0.contains("a|sshd|Unban|\(Self.attacker)") }
        }
        #expect(try await hosts.listed(on: hosts.b, in: "fail2bancluster") == [Self.attacker])
        try tell("Unban")
        try await eventually { try events(hosts.b).map(\.isBan) == [true, false] }
        // A new attack bans again.
        try hosts.a.fail(Self.attacker, in: "sshd")
        try await eventually { try events(hosts.b).map(\.isBan) == [true, false, true] }
    }
}

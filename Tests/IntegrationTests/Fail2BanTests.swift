import Foundation
import RealFail2Ban
import Testing

/// Two hosts with a real fail2ban each: A detects and reports, B is told. The hub stands between them.
struct TwoHosts {
    let hub: TestHub
    let a: RealFail2Ban
    let b: RealFail2Ban
    let monitor: Daemon
    let subscriber: Daemon

    init(
        bantime: String = "600", command: String? = nil, logLevel: String = "INFO",
        on jailOfB: RealJail = RealJail("fail2bancluster", hasFilter: false, bantime: "604800"),
        target: String = "fail2bancluster"
    ) async throws {
        hub = try await TestHub()
        a = try await RealFail2Ban([RealJail("sshd", bantime: bantime, command: command)], logLevel: logLevel)
        b = try await RealFail2Ban([jailOfB])
        subscriber = try await hub.subscriber(
            host: "b", general: "fail2bansocket = \(b.socket)",
            "subscriberaction = fail2banclient\ntargetjail = \(target)")
        monitor = try await hub.monitor(host: "a", log: a.logPath, socket: a.socket)
        try await eventually("the monitor has asked for the jails") { hub.monitorHasAsked(monitor) }
    }

    /// Who was banned, or unbanned, by B's log.
    func onB(_ action: String) throws -> [String] {
        try b.logLines().filter { $0.contains("] \(action) ") }
            .map { String($0[$0.range(of: "] \(action) ", options: .backwards)!.upperBound...]) }
    }

    func listed(on host: RealFail2Ban, in jail: String) async throws -> Set<String> {
        let reply = try await host.client("get", jail, "banip")
        guard reply.status == 0 else { return [] }
        return Set(reply.output.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}

extension TestHub {
    /// Its first round of questions is over: from now on it knows how long bans last.
    func monitorHasAsked(_ monitor: Daemon) -> Bool {
        ["bantime", "status sshd"].allSatisfy { word in
            monitor.log.contains { $0.contains(": fail2ban answered ") && $0.contains(word) }
        }
    }
}

@Suite(.enabled(if: RealFail2Ban.isInstalled, "needs Debian's fail2ban")) struct Fail2BanTests {
    @Test func `an attack on A is banned on B, and a person's unban on A frees B`() async throws {
        let hosts = try await TwoHosts()
        try hosts.a.fail("198.19.7.66", in: "sshd")
        try await eventually { try hosts.onB("Ban") == ["198.19.7.66"] }
        try await hosts.a.client("set", "sshd", "unbanip", "198.19.7.66")
        let begin = ContinuousClock.now
        try await eventually { try hosts.onB("Unban") == ["198.19.7.66"] }
        print("A person's unban on A freed B after \(ContinuousClock.now - begin)")
    }

    @Test func `a natural end on A frees B`() async throws {
        let hosts = try await TwoHosts(bantime: "6")
        try hosts.a.fail("198.19.7.66", in: "sshd")
        try await eventually { try hosts.onB("Ban") == ["198.19.7.66"] }
        try await eventually { try hosts.onB("Unban") == ["198.19.7.66"] }
        #expect(try await hosts.listed(on: hosts.b, in: "fail2bancluster") == [])
    }

    @Test(arguments: ["INFO", "NOTICE"])
    func `schedule 2: stops, starts, reloads and a kill of fail2ban on A free nobody on B`(level: String) async throws {
        let isLong = ProcessInfo.processInfo.environment["FAIL2BAN_CLUSTER_LONG_TESTS"] != nil
        let (count, rounds) = isLong ? (200, 10) : (12, 1)
        let hosts = try await TwoHosts(bantime: "1d", command: "sleep 0.05", logLevel: level)
        let attackers = Set((1...count).map { "198.19.7.\($0)" })
        try await hosts.a.client(["set", "sshd", "banip"] + attackers)
        try await eventually("all are banned on B", within: .seconds(120)) { try Set(hosts.onB("Ban")) == attackers }
        func allAreBack() async throws {
            try await eventually("all are banned on A again", within: .seconds(120)) {
                try await hosts.listed(on: hosts.a, in: "sshd") == attackers
            }
        }
        for _ in 1...rounds {
            try await hosts.a.stop()
            try await hosts.a.start()
            try await allAreBack()
            try await hosts.a.client("reload")
            try await allAreBack()
            try await hosts.a.client("reload", "--restart")
            try await allAreBack()
            try await hosts.a.client("reload", "--restart", "sshd")
            try await allAreBack()
            try await hosts.a.kill9()
            try await hosts.a.start()
            try await allAreBack()
        }
        // What comes last shows that all before it has been decided: a person's unban goes through.
        try await hosts.a.client("set", "sshd", "unbanip", "198.19.7.1")
        try await eventually(within: .seconds(120)) { try hosts.onB("Unban").contains("198.19.7.1") }
        #expect(try hosts.onB("Unban") == ["198.19.7.1"])
        #expect(try hosts.onB("Ban").count == count)
        #expect(try await hosts.listed(on: hosts.b, in: "fail2bancluster") == attackers.subtracting(["198.19.7.1"]))
    }

    @Test func `schedule 3: a ban that fail2ban prolongs silently lasts as long on B`() async throws {
        // Long enough that a busy machine prolongs it before the monitor asks for its end.
        let hosts = try await TwoHosts(bantime: "18")
        try await hosts.a.client("set", "sshd", "banip", "198.19.7.66")
        try await eventually { try hosts.onB("Ban") == ["198.19.7.66"] }
        func end() async throws -> Date? {
            let list = try await hosts.a.client("get", "sshd", "banip", "--with-time").output
            return list.split(separator: "= ").last.flatMap { moment("\($0.prefix(19)),000") }
        }
        let first = try #require(try await end())
        try await eventually("its end has moved by four seconds") {
            try await hosts.a.client("set", "sshd", "banip", "198.19.7.66")
            return try await end().map { $0.timeIntervalSince(first) >= 4 } ?? false
        }
        try await eventually(within: .seconds(60)) { try hosts.onB("Unban") == ["198.19.7.66"] }
        let line = try #require(try hosts.b.logLines().last { $0.hasSuffix("] Unban 198.19.7.66") })
        let freed = try #require(moment(line))
        #expect(freed.timeIntervalSince(first) >= 3, "B did not free it at the end that had been known first")
    }

    @Test func `unban --all on A is a person's and frees B`() async throws {
        let hosts = try await TwoHosts()
        try await hosts.a.client("set", "sshd", "banip", "198.19.7.1", "198.19.7.2", "198.19.7.3")
        try await eventually { try hosts.onB("Ban").count == 3 }
        try await hosts.a.client("unban", "--all")
        try await eventually { try hosts.onB("Unban").count == 3 }
    }

    @Test func `schedule 8: what was banned on A before the monitor came is banned on B`() async throws {
        let hub = try await TestHub()
        let a = try await RealFail2Ban([RealJail("sshd")])
        let b = try await RealFail2Ban([RealJail("fail2bancluster", hasFilter: false, bantime: "604800")])
        let attackers = Set((1...50).map { "198.19.7.\($0)" })
        try await a.client(["set", "sshd", "banip"] + attackers)
        let subscriber = try await hub.subscriber(
            host: "b", general: "fail2bansocket = \(b.socket)", "subscriberaction = fail2banclient")
        let monitor = try await hub.monitor(host: "a", log: a.logPath, socket: a.socket)
        try await eventually {
            let reply = try await b.client("get", "fail2bancluster", "banip")
            return Set(reply.output.split(whereSeparator: \.isWhitespace).map(String.init)) == attackers
        }
        _ = (subscriber, monitor)
    }
}

/// The moment at the beginning of a line of fail2ban's.
func moment(_ line: some StringProtocol) -> Date? {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = "yyyy-MM-dd HH:mm:ss,SSS"
    return format.date(from: String(line.prefix(23)))
}

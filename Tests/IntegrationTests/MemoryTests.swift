import Foundation
import Glibc
import OwnThread
import RealFail2Ban
import Testing

/// What the hub remembers, and what a subscriber makes of it.
@Suite struct MemoryTests {
    private static let isLong = ProcessInfo.processInfo.environment["FAIL2BAN_CLUSTER_LONG_TESTS"] != nil

    private func address(_ number: Int) -> String {
        "198.\(18 + number / 65_536).\(number / 256 % 256).\(number % 256)"
    }

    private func lines(_ numbers: Range<Int>) -> String {
        let head = WireTests.line("[sshd] Ban ").dropLast()
        return numbers.map { "\(head)\(address($0))\n" }.joined()
    }

    private func banned(by folder: Folder) -> Set<String> {
        Set(folder.lines(of: "b.log").compactMap { $0.components(separatedBy: "|Ban|").dropFirst().first })
    }

    @Test func `a subscriber that is started after 10,000 bans has them all`() async throws {
        let home = try Folder()
        let hub = try await TestHub()
        try home.append("", to: "fail2ban.log")
        let monitor = try await hub.monitor(host: "a", log: home.file("fail2ban.log"), socket: nil)
        try home.append(lines(0..<10_000), to: "fail2ban.log")
        try await eventually("the hub has them", within: .seconds(60)) { try hub.addresses().count == 10_000 }
        let begin = ContinuousClock.now
        let subscriber = try await hub.subscriber(
            host: "b", "subscriberaction = log\nlogfile = \(home.file("b.log"))")
        let all = Set((0..<10_000).map(address))
        try await eventually("all are banned", within: .seconds(240)) { banned(by: home) == all }
        print("10,000 bans were there \(ContinuousClock.now - begin) after the start of the subscriber")
        _ = (monitor, subscriber)
    }

    @Test func `status shows how far each subscriber lags behind`() async throws {
        let home = try Folder()
        let hub = try await TestHub()
        try home.append("", to: "fail2ban.log")
        let monitor = try await hub.monitor(host: "a", log: home.file("fail2ban.log"), socket: nil)
        let subscribers = try await ["b", "c"].asyncMap { host in
            try await hub.subscriber(host: host, "subscriberaction = log\nlogfile = \(home.file("\(host).log"))")
        }
        func lags() throws -> [String: Int] {
            let status = try Daemon.run(
                "fail2ban-cluster",
                ["status", "--json", "--hub", hub.replies, "--config", monitor.folder.file("conf")])
            let document = try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any]
            let all = try #require(document?["subscribers"] as? [[String: Any]])
            return Dictionary(
                uniqueKeysWithValues: all.compactMap { subscriber in
                    guard let host = subscriber["host"] as? String, let lag = subscriber["lag"] as? Int else {
                        return nil
                    }
                    return (host, lag)
                })
        }
        try await eventually("both are heard") { try lags() == ["b": 0, "c": 0] }
        Glibc.kill(subscribers[1].pid, SIGSTOP)
        defer { Glibc.kill(subscribers[1].pid, SIGCONT) }
        try home.append(lines(0..<100), to: "fail2ban.log")
        try await eventually("c lags behind") { try lags() == ["b": 0, "c": 100] }
        Glibc.kill(subscribers[1].pid, SIGCONT)
        try await eventually("both have obeyed") { try lags() == ["b": 0, "c": 0] }
    }

    @Test func `a subscriber without its hub for a while, amid bans, has no gap`() async throws {
        let pause = Self.isLong ? 20 : 2
        let home = try Folder()
        let hub = try await TestHub()
        try home.append("", to: "fail2ban.log")
        let monitor = try await hub.monitor(host: "a", log: home.file("fail2ban.log"), socket: nil)
        let subscriber = try await hub.subscriber(
            host: "b", "subscriberaction = log\nlogfile = \(home.file("b.log"))")
        try home.append(lines(0..<100), to: "fail2ban.log")
        try await eventually("the first are banned") { banned(by: home).count == 100 }
        try hub.stayWhereItIs()
        hub.publisher.kill9()
        for second in 0..<pause {
            try home.append(lines((second + 1) * 100..<(second + 2) * 100), to: "fail2ban.log")
            try await Task.sleep(for: .seconds(1))  // the length of the outage is what is tested
        }
        try await hub.publisher.start()
        let all = Set((0..<(pause + 1) * 100).map(address))
        try await eventually("all are banned", within: .seconds(240)) { banned(by: home) == all }
        #expect(home.lines(of: "b.log").count == all.count)
        _ = (monitor, subscriber)
    }

    @Test func `schedule 23: hub 1 dies with bans that hub 2 never saw, and nobody is freed`() async throws {
        let home = try Folder()
        let (one, two) = (try await TestHub(), try await TestHub())
        try home.append("", to: "fail2ban.log")
        let monitor = try await Daemon(
            "fail2ban-monitor", host: "a", general: "fail2banclient =",
            section: """
                [monitor]
                zmqreplyserver = \(one.replies) \(two.replies)
                fail2banlogpath = \(home.file("fail2ban.log"))
                """)
        let subscribers = try await ["b", "c"].asyncMap { host in
            try await Daemon(
                "fail2ban-subscriber", host: host,
                section: """
                    [subscriber]
                    zmqpublisherurl = \(one.broadcasts) \(two.broadcasts)
                    zmqreplyserver = \(one.replies) \(two.replies)
                    subscriberaction = log
                    logfile = \(home.file("\(host).log"))
                    """)
        }
        for subscriber in subscribers {
            try await eventually { subscriber.log.filter { $0.contains(" in step ") }.count >= 2 }
        }
        try home.append(lines(0..<50), to: "fail2ban.log")
        for host in ["b", "c"] { try await eventually { home.lines(of: "\(host).log").count == 50 } }
        #expect(try two.addresses() == [])
        one.publisher.kill9()
        try home.append(lines(50..<51), to: "fail2ban.log")
        for host in ["b", "c"] { try await eventually { home.lines(of: "\(host).log").count == 51 } }
        // Hub 2 is told all that hub 1 knew, and a subscriber that is started again has it without hub 1.
        try await eventually { try two.addresses().count == 51 }
        subscribers[0].kill9()
        try await subscribers[0].start()
        try await eventually { subscribers[0].log.last { $0.contains(" in step ") }?.contains("reports=51") == true }
        for host in ["b", "c"] {
            #expect(home.lines(of: "\(host).log").count == 51)
            #expect(!home.lines(of: "\(host).log").contains { $0.contains("|Unban|") })
        }
        _ = monitor
    }

    @Test(.enabled(if: OwnMounts.arePossible, "needs the right to mount a file system of its own"))
    func `schedule 14: on a full disk nothing is acknowledged, and everything broadcast; with room nothing is lost`()
        async throws
    {
        let home = try Folder()
        let disk = try Folder()
        let small = SmallDisk(path: disk.path, megabytes: 3)
        let hub = try await TestHub(
            "ratelimit = 1000000/s\ndatabase = \(small.path)/publisher.db", wrapper: small.wrapper)
        try home.append("", to: "fail2ban.log")
        let subscriber = try await hub.subscriber(
            host: "b", "subscriberaction = log\nlogfile = \(home.file("b.log"))")
        let monitor = try await hub.monitor(host: "a", log: home.file("fail2ban.log"), socket: nil)
        /// A report that was told twice has two lines.
        func acknowledged(to monitor: Daemon) -> Set<Substring> {
            Set(
                monitor.folder.lines(of: "state/monitor.state").compactMap { line in
                    let words = line.split(separator: " ")
                    return words.count > 3 && words[1] == "live" && words[2] == "sshd" ? words[3] : nil
                })
        }
        try home.append(lines(0..<10), to: "fail2ban.log")
        try await eventually { acknowledged(to: monitor).count == 10 }
        try small.fill(seenBy: hub.publisher)
        // More than fits into what SQLite has at hand already.
        try home.append(lines(10..<20_000), to: "fail2ban.log")
        try await eventually("the hub says that its disk is full", within: .seconds(60)) {
            hub.publisher.log.contains { $0.contains("cannot be stored") && $0.contains("no space is left") }
        }
        func waits(_ monitor: Daemon) -> Bool { monitor.log.contains { $0.contains("the hub cannot store it") } }
        try await eventually("the monitor says why it waits") { waits(monitor) }
        // What another host reports now is heard, and refused for now; SQLite may find room for it later in its own log.
        try home.append("", to: "other.log")
        let other = try await hub.monitor(host: "c", log: home.file("other.log"), socket: nil)
        try home.append(lines(20_000..<20_001), to: "other.log")
        try await eventually("what is not on disk is broadcast") { banned(by: home).contains(address(20_000)) }
        try await eventually("the other monitor was told to wait, or is answered from disk") {
            waits(other) || acknowledged(to: other).count == 1
        }
        // ACKs first: what is stored meanwhile is more.
        let promised = acknowledged(to: monitor).union(acknowledged(to: other))
        let stored = try small.addresses(in: "publisher.db", seenBy: hub.publisher)
        #expect(promised.count < 20_001, "the disk is full")
        #expect(promised.filter { !stored.contains(String($0)) } == [])
        try small.free(seenBy: hub.publisher)
        try await eventually("all are acknowledged", within: .seconds(240)) {
            acknowledged(to: monitor).count == 20_000 && acknowledged(to: other).count == 1
        }
        try await eventually("all are banned", within: .seconds(240)) { banned(by: home).count == 20_001 }
        #expect(home.lines(of: "b.log").count == 20_001, "a report that is sent again is not broadcast again")
        #expect(try hub.addresses().count == 20_001)
        _ = subscriber
    }
}

extension Array {
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}

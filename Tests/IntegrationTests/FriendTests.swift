import BanModel
import ClusterIdentity
import ClusterProtocol
import Foundation
import RealFail2Ban
import Testing

@Suite(.timeLimit(.minutes(10))) struct FriendTests {
    @Test func `the published graph, on real processes`() async throws {
        var clusters: [String: FriendlyCluster] = [:]
        for name in ["A", "B", "C", "D", "E"] { clusters[name] = try await FriendlyCluster(name) }
        for link in ["AB", "AC", "CD", "CE"] {
            try await FriendlyCluster.befriend(clusters["\(link.first!)"]!, clusters["\(link.last!)"]!)
        }
        let address = "198.51.100.7"
        func banning() -> String { clusters.keys.sorted().filter { clusters[$0]!.bans(address) }.joined() }
        func confidence(_ name: String) throws -> String {
            let list = try clusters[name]!.command("list", "--pending", "--json")
            let entries = try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [[String: Any]]
            return entries?.first { $0["address"] as? String == address }.map { "\($0["confidence"]!)" } ?? "none"
        }
        try clusters["A"]!.attack(address)
        try await eventually("the first attack", within: .seconds(30)) {
            try banning() == "ABC" && confidence("D") == "64" && confidence("E") == "64"
        }
        print(try clusters["D"]!.command("list", "--pending"))
        try clusters["B"]!.attack(address)
        try await eventually("the second attack", within: .seconds(30)) { banning() == "ABCDE" }
        print(try clusters["D"]!.command("list"))
        print(try clusters["C"]!.command("friends"))
    }

    /// Two hubs of one cluster, each the other's twin, in the clear.
    private struct Twins {
        let keys: Folder
        var hubs: [TestHub] = []

        init() async throws {
            keys = try Folder()
            let made = try Daemon.run("fail2ban-cluster", ["keygen", "--config", keys.file("conf")])
            try #require(made.status == 0, "\(made)")
            let general = "clusterkey = \(keys.file("fail2ban-cluster.clusterkey"))"
            for name in ["one", "two"] {
                let hub = try await TestHub(name: name, general: general)
                try hub.stayWhereItIs()
                hubs.append(hub)
            }
            try await FriendTests.befriend(hubs[0], hubs[1], named: "two")
            try await FriendTests.befriend(hubs[1], hubs[0], named: "one")
        }

        var urls: (replies: String, broadcasts: String) {
            (hubs.map(\.replies).joined(separator: " "), hubs.map(\.broadcasts).joined(separator: " "))
        }
    }

    /// This hub takes that one for a friend, or for its twin.
    static func befriend(_ hub: TestHub, _ other: TestHub, named name: String, level: Int = 80) async throws {
        let exported = try Daemon.run(
            "fail2ban-cluster", ["friends", "export", "--config", other.publisher.folder.file("conf")])
        try #require(exported.status == 0, "\(exported)")
        let section = exported.output.replacing(/\[friend .*\]/, with: "[friend \(name)]")
        _ = try await hub.publisher.reload { $0 += "\n\(section)trustlevel = \(level)\n" }
    }

    private static func held(by hub: TestHub) throws -> Set<String> {
        let list = try Daemon.run(
            "fail2ban-cluster", ["list", "--json", "--config", hub.publisher.folder.file("conf")])
        try #require(list.status == 0, "\(list)")
        let entries = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
        return Set((entries ?? []).compactMap { $0["address"] as? String })
    }

    @Test func `schedule 34: a friend of one twin's weighs the same on both`() async throws {
        let twins = try await Twins()
        let friendKeys = try Folder()
        try #require(try Daemon.run("fail2ban-cluster", ["keygen", "--config", friendKeys.file("conf")]).status == 0)
        let friend = try await TestHub(
            name: "friend", general: "clusterkey = \(friendKeys.file("fail2ban-cluster.clusterkey"))")
        try friend.stayWhereItIs()
        try await Self.befriend(twins.hubs[0], friend, named: "friend", level: 60)
        try await Self.befriend(friend, twins.hubs[0], named: "us")
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let monitor = try await friend.monitor(host: "far", log: log.file("fail2ban.log"), socket: nil)
        try log.append(WireTests.line("[sshd] Ban 198.51.100.9"), to: "fail2ban.log")
        for hub in twins.hubs {
            try await eventually("60 % on \(hub.replies)") {
                let list = try Daemon.run(
                    "fail2ban-cluster", ["list", "--pending", "--config", hub.publisher.folder.file("conf")])
                return list.output.contains("198.51.100.9") && list.output.contains(" 60% ")
            }
        }
        // The one that has no such friend knows how far he is trusted also when it has begun anew, and its twin is gone.
        twins.hubs[0].publisher.kill9()
        try await twins.hubs[1].restart()
        let list = try Daemon.run(
            "fail2ban-cluster", ["list", "--pending", "--config", twins.hubs[1].publisher.folder.file("conf")])
        #expect(list.output.contains(" 60% "), "\(list)")
        withExtendedLifetime(monitor) {}
    }

    @Test func `a twin that is killed amid bans holds all of them when it is back, and nobody was freed`() async throws
    {
        let twins = try await Twins()
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let monitor = try await Daemon(
            "fail2ban-monitor", host: "a", general: "fail2banclient =",
            section: """
                [monitor]
                zmqreplyserver = \(twins.urls.replies)
                fail2banlogpath = \(log.file("fail2ban.log"))
                """)
        let subscriber = try await Daemon(
            "fail2ban-subscriber", host: "b",
            section: """
                [subscriber]
                zmqpublisherurl = \(twins.urls.broadcasts)
                zmqreplyserver = \(twins.urls.replies)
                subscriberaction = log
                logfile = \(log.file("bans"))
                """)
        // 500 a second, in pieces of 50, whatever else goes on.
        let all = (0..<3_000).map { "198.18.\($0 / 250).\($0 % 250 + 1)" }
        let attack = Task {
            for start in stride(from: 0, to: all.count, by: 50) {
                try log.append(
                    all[start..<start + 50].map { WireTests.line("[sshd] Ban \($0)") }.joined(), to: "fail2ban.log")
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        func obeyed() -> Int { log.lines(of: "bans").count }
        func attacked() -> Int { log.lines(of: "fail2ban.log").count }
        try await eventually("a third of the attack is obeyed", within: .seconds(30)) { obeyed() >= all.count / 3 }
        // The one that the monitor speaks with.
        twins.hubs[0].publisher.kill9()
        let (killed, known) = (ContinuousClock.now, attacked())
        try await eventually("the other goes on", within: .seconds(30)) { obeyed() > known }
        print("subscribers went on \(ContinuousClock.now - killed) after a twin was killed")
        try await eventually("two thirds of the attack are obeyed", within: .seconds(30)) {
            obeyed() >= all.count * 2 / 3
        }
        let before = Set(log.lines(of: "bans").compactMap { $0.split(separator: "|").last.map(String.init) })
        try await twins.hubs[0].publisher.start()
        let returned = ContinuousClock.now
        try await eventually("the twin that is back holds what was obeyed without it", within: .seconds(30)) {
            try Self.held(by: twins.hubs[0]).isSuperset(of: before)
        }
        print("a twin held \(before.count) bans \(ContinuousClock.now - returned) after its return")
        try await attack.value
        try await eventually("all on both", within: .seconds(30)) {
            try twins.hubs.allSatisfy { try Self.held(by: $0) == Set(all) }
        }
        try await eventually("all obeyed") {
            let lines = log.lines(of: "bans")
            return lines.count == all.count && lines.allSatisfy { $0.contains("|Ban|") }
        }
        withExtendedLifetime((monitor, subscriber)) {}
    }

    /// What the friend of a liar's says, or the liar about him, signed by whoever has this key.
    private static func shared(
        _ address: String, of cluster: Cluster, by hops: [Cluster], signedBy key: ClusterKey, host: String = "x",
        age: Duration = .zero, lifted: Bool = false
    ) throws -> SharedReport {
        let made = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)) - age
        var reports = [
            SharedReport(
                cluster: cluster, host: try #require(Host(host)), source: .log,
                subject: Subject(try #require(Jail("sshd")), try Address(address)),
                state: Report.State(version: made.microseconds, isLifted: lifted, until: made + .seconds(3_600)),
                way: Way(trust: .full, hops: hops), signature: nil)
        ]
        key.sign(&reports)
        return reports[0]
    }

    @Test
    func
        `schedule 38: a friend that forges, alters, replays or makes up a thousand hosts changes nothing beyond his limit`()
        async throws
    {
        let (liar, honest) = (ClusterKey(ClusterKey.makeSecret()), ClusterKey(ClusterKey.makeSecret()))
        let (lies, truth) = (liar.cluster, honest.cluster)
        let keys = try Folder()
        try #require(try Daemon.run("fail2ban-cluster", ["keygen", "--config", keys.file("conf")]).status == 0)
        let hub = try await TestHub(general: "clusterkey = \(keys.file("fail2ban-cluster.clusterkey"))")
        try hub.stayWhereItIs()
        let port = try freePort()
        _ = try await hub.publisher.reload {
            $0 += """

                [friend liar]
                broadcasturl = tcp://127.0.0.1:\(port)
                replyurl = tcp://127.0.0.1:\(port)
                clusterkey = "\(liar.publicKey)"
                trustlevel = 60

                """
        }
        let told = try Self.shared("198.51.100.1", of: truth, by: [truth, lies], signedBy: honest)
        var lift = try Self.shared("198.51.100.1", of: truth, by: [truth, lies], signedBy: liar, lifted: true)
        lift.state.version += 1
        var altered = try Self.shared("198.51.100.2", of: truth, by: [truth, lies], signedBy: honest)
        altered.state.until = .forever
        altered.state.forget = .forever
        let replayed = try Self.shared(
            "198.51.100.3", of: truth, by: [truth, lies], signedBy: honest, age: .seconds(7 * 86_400))
        var invented: [SharedReport] = []
        for number in 0..<1_000 {
            invented.append(
                try Self.shared("198.51.100.4", of: lies, by: [lies], signedBy: liar, host: "made-up-\(number)"))
        }
        let ours = try Self.shared("198.51.100.5", of: lies, by: [lies, lies], signedBy: liar)
        let all = [told, lift, altered, replayed, ours] + invented
        let messages = stride(from: 0, to: all.count, by: 100).map { start in
            let part = Array(all[start..<min(start + 100, all.count)])
            return SharedBroadcast(epoch: 1, sequence: UInt64(start + part.count), count: part.count, reports: part)
                .bytes
        }
        try keys.append(
            messages.map { $0.map { String(format: "%02x", $0) }.joined() + "\n" }.joined(), to: "messages")
        let script = #"""
            import sys, zmq
            socket = zmq.Context().socket(zmq.XPUB)
            socket.bind("tcp://127.0.0.1:" + sys.argv[1])
            while socket.recv() != b"\x01\x02": pass
            for line in open(sys.argv[2]): socket.send(bytes.fromhex(line))
            socket.recv()
            """#
        let peer = Process()
        peer.executableURL = URL(filePath: "/usr/bin/python3")
        peer.arguments = ["-c", script, "\(port)", keys.file("messages")]
        try peer.run()
        defer { peer.terminate() }
        func json(_ arguments: String...) throws -> [[String: Any]] {
            let ran = try Daemon.run(
                "fail2ban-cluster", arguments + ["--json", "--config", hub.publisher.folder.file("conf")])
            try #require(ran.status == 0, "\(ran)")
            return try JSONSerialization.jsonObject(with: Data(ran.output.utf8)) as? [[String: Any]] ?? []
        }
        try await eventually("what he told is sorted out") {
            let refused = try json("friends").first?["refused"] as? [String: Int]
            return refused == ["signature": 2, "way": 1, "many": 900]
        }
        #expect(try json("list").isEmpty)
        let pending = try json("list", "--pending")
        #expect(pending.compactMap { $0["address"] as? String } == ["198.51.100.1", "198.51.100.4"])
        #expect(pending.compactMap { $0["confidence"] as? Double } == [60, 60])
    }

    private func freePort() throws -> Int {
        let script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}

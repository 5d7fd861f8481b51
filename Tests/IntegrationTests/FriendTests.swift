import Foundation
import RealFail2Ban
import Testing

/// A cluster of one hub, one host that is attacked, and one that is protected, whose bans are lines of a file.
struct FriendlyCluster {
    let name: String
    let hub: KeyedHub
    let subscriber: Daemon
    let monitor: Daemon
    let work: Folder

    init(_ name: String, threshold: Int = 80) async throws {
        self.name = name
        work = try Folder()
        hub = try await KeyedHub(name, hasFriends: true, "threshold = \(threshold)")
        for host in ["attacked", "protected"] { try hub.enrol(host) }
        subscriber = try await hub.subscriber("protected", "threshold = \(threshold)")
        try work.append("", to: "fail2ban.log")
        monitor = try await hub.monitor("attacked", log: work.file("fail2ban.log"))
    }

    func attack(_ address: String) throws { try work.append(WireTests.line("[sshd] Ban \(address)"), to: "fail2ban.log") }

    func bans(_ address: String) -> Bool {
        hub.hosts.lines(of: "protected.bans").last { $0.hasSuffix("|\(address)") }?.contains("|Ban|") == true
    }

    /// The command at the hub.
    func command(_ arguments: String...) throws -> String {
        let ran = try Daemon.run("fail2ban-cluster", arguments + ["--config", hub.hub.publisher.folder.file("conf")])
        try #require(ran.status == 0, "\(ran)")
        return ran.output
    }

    /// Takes the other for a friend, by what he exports.
    func befriend(_ other: FriendlyCluster, level: Int = 80) async throws {
        let file = work.file("\(other.name).friend")
        try other.command("friends", "export", "--at", "127.0.0.1").write(
            toFile: file, atomically: true, encoding: .utf8)
        _ = try command("friends", "add", file, "--trustlevel", "\(level)", "--yes")
        _ = try await hub.hub.publisher.reload { _ in }
    }
}

@Suite(.timeLimit(.minutes(10))) struct FriendTests {
    private static func befriend(_ one: FriendlyCluster, _ other: FriendlyCluster, level: Int = 80) async throws {
        try await one.befriend(other, level: level)
        try await other.befriend(one, level: level)
    }

    @Test func `the published graph, on real processes`() async throws {
        var clusters: [String: FriendlyCluster] = [:]
        for name in ["A", "B", "C", "D", "E"] { clusters[name] = try await FriendlyCluster(name) }
        for link in ["AB", "AC", "CD", "CE"] {
            try await Self.befriend(clusters["\(link.first!)"]!, clusters["\(link.last!)"]!)
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
}

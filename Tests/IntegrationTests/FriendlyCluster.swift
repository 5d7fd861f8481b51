import Foundation
import OwnThread
import Testing

/// A cluster of one hub, one host that is attacked, and one that is protected, whose bans are lines of a file.
struct FriendlyCluster {
    let name: String
    let hub: KeyedHub
    let subscriber: Daemon
    let monitor: Daemon
    let work: Folder
    private let address: String
    private let wrapper: [String]

    /// - Parameter network: in which all of it runs, at this address; nil: on loopback.
    init(_ name: String, in network: (OwnNetwork, address: String)? = nil) async throws {
        self.name = name
        address = network?.address ?? "127.0.0.1"
        wrapper = network?.0.wrapper ?? []
        work = try Folder()
        hub = try await KeyedHub(name, hasFriends: true, at: address, wrapper: wrapper, "threshold = 80")
        for host in ["attacked", "protected"] { try hub.enrol(host) }
        subscriber = try await hub.subscriber("protected", "threshold = 80")
        try work.append("", to: "fail2ban.log")
        monitor = try await hub.monitor("attacked", log: work.file("fail2ban.log"))
    }

    func attack(_ addresses: String...) throws { try attack(addresses) }

    func attack(_ addresses: [String]) throws {
        try work.append(addresses.map { WireTests.line("[sshd] Ban \($0)") }.joined(), to: "fail2ban.log")
    }

    func bans(_ address: String) -> Bool {
        hub.hosts.lines(of: "protected.bans").last { $0.hasSuffix("|\(address)") }?.contains("|Ban|") == true
    }

    /// All that it bans.
    var banned: Set<String> {
        var banned: Set<String> = []
        for line in hub.hosts.lines(of: "protected.bans") {
            guard let address = line.split(separator: "|").last.map(String.init) else { continue }
            if line.contains("|Ban|") { banned.insert(address) } else { banned.remove(address) }
        }
        return banned
    }

    /// The command at the hub.
    func command(_ arguments: String...) throws -> String {
        let ran = try Daemon.run(
            "fail2ban-cluster", arguments + ["--config", hub.hub.publisher.folder.file("conf")], wrapper: wrapper)
        try #require(ran.status == 0, "\(ran)")
        return ran.output
    }

    /// What its hub broadcasts from now on.
    func watch() async throws -> Watch {
        try await Watch(configuration: hub.configuration(of: "protected"), wrapper: wrapper)
    }

    /// The addresses that the hub holds, pending or not, and its confidence in percent.
    func held() throws -> [String: Double] {
        var held: [String: Double] = [:]
        for list in try [command("list", "--json"), command("list", "--pending", "--json")] {
            let entries = try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [[String: Any]] ?? []
            for entry in entries {
                guard let address = entry["address"] as? String else { continue }
                held[address] = entry["confidence"] as? Double
            }
        }
        return held
    }

    static func befriend(_ one: FriendlyCluster, _ other: FriendlyCluster) async throws {
        try await one.befriend(other)
        try await other.befriend(one)
    }

    /// Takes the other for a friend, by what he exports.
    private func befriend(_ other: FriendlyCluster) async throws {
        let file = work.file("\(other.name).friend")
        try other.command("friends", "export", "--at", other.address).write(
            toFile: file, atomically: true, encoding: .utf8)
        _ = try command("friends", "add", file, "--trustlevel", "80", "--yes")
        _ = try await hub.hub.publisher.reload { _ in }
    }
}

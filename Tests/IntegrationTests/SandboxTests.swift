import Foundation
import Glibc
import OwnThread
import RealFail2Ban
import Testing

/// Each daemon with the capabilities and the user that its unit gives it, set by hand: there is no systemd here to do it.
@Suite(
    .enabled(if: RealFail2Ban.isInstalled && getuid() == 0, "needs Debian's fail2ban, and root"),
    .timeLimit(.minutes(10)))
struct SandboxTests {
    /// What its unit says in CapabilityBoundingSet, as setpriv reads it.
    private static func bounds(_ daemon: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let unit = try String(contentsOf: root.appending(path: "systemd/\(daemon).service"), encoding: .utf8)
        let line = try #require(unit.split(separator: "\n").first { $0.hasPrefix("CapabilityBoundingSet=") })
        let names = line.dropFirst("CapabilityBoundingSet=".count).split(separator: " ")
        return (["-all"] + names.map { "+" + $0.lowercased().dropFirst("cap_".count) }).joined(separator: ",")
    }

    private static func wrapper(_ daemon: String, more: String...) throws -> [String] {
        ["/usr/bin/setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=\(try bounds(daemon))"] + more + [
            "--"
        ]
    }

    @Test func `a ban on A is a ban on B though no daemon may do more than its unit says`() async throws {
        let nobody = try #require(getpwnam("nobody")).pointee
        let folder = try Folder()
        try #require(chown(folder.path, nobody.pw_uid, nobody.pw_gid) == 0)
        let hub = try await TestHub(
            "pidfile = \(folder.file("hub.pid"))\ndatabase = \(folder.file("hub.db"))",
            wrapper: try Self.wrapper(
                "fail2ban-publisher", more: "--reuid=\(nobody.pw_uid)", "--regid=\(nobody.pw_gid)", "--clear-groups"))
        let a = try await RealFail2Ban([RealJail("sshd", bantime: "3600")])
        let b = try await RealFail2Ban([RealJail("fail2bancluster", hasFilter: false, bantime: "604800")])
        // A log as Debian's is: its own group's alone.
        try #require(chmod(a.logPath, 0o640) == 0)
        let subscriber = try await hub.subscriber(
            host: "b", general: "fail2bansocket = \(b.socket)", "subscriberaction = fail2bansocket",
            wrapper: try Self.wrapper("fail2ban-subscriber"))
        let monitor = try await Daemon(
            "fail2ban-monitor", host: "a", general: "fail2bansocket = \(a.socket)",
            section: "[monitor]\nzmqreplyserver = \(hub.replies)\nfail2banlogpath = \(a.logPath)",
            wrapper: try Self.wrapper("fail2ban-monitor"))
        try a.fail("198.19.7.1", in: "sshd")
        try await eventually(within: .seconds(60)) {
            try await b.client("get", "fail2bancluster", "banip").output.contains("198.19.7.1")
        }
        // A person's unban: the monitor has to ask fail2ban.
        try await a.client("set", "sshd", "unbanip", "198.19.7.1")
        try await eventually(within: .seconds(60)) {
            try await !b.client("get", "fail2bancluster", "banip").output.contains("198.19.7.1")
        }
        withExtendedLifetime((subscriber, monitor)) {}
    }

    @Test(.enabled(if: OwnNetwork.hasPacketFilter, "needs network namespaces and nft"))
    func `the packet filter is filled with no more than its unit gives it`() async throws {
        let network = try OwnNetwork()
        let hub = try await TestHub(wrapper: network.wrapper)
        let subscriber = try await hub.subscriber(
            host: "b", general: "fail2banclient =", "subscriberaction = nftables",
            wrapper: network.wrapper + Self.wrapper("fail2ban-subscriber"))
        let desk = try Folder()
        try "[general]\nhostname = desk\n[monitor]\nzmqreplyserver = \(hub.replies)"
            .write(toFile: desk.file("conf"), atomically: true, encoding: .utf8)
        let banned = try Daemon.run(
            "fail2ban-cluster", ["ban", "198.19.7.1", "--config", desk.file("conf")], wrapper: network.wrapper)
        #expect(banned.status == 0, "\(banned)")
        try await eventually(within: .seconds(60)) {
            network.run("nft", "list", "table", "inet", "fail2ban-cluster")?.contains("198.19.7.1") == true
        }
        withExtendedLifetime(subscriber) {}
    }
}

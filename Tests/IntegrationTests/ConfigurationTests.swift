import Foundation
import Testing

@Suite struct ConfigurationTests {
    /// One line each, and what is wrong with it.
    private static let faults: [(line: String, said: String)] = [
        ("[general]", ""),
        ("hostname = a b", "hostname"),
        ("loglevel = loud", "loglevel"),
        ("statedir = state", "statedir"),
        ("ignoreip = 198.19.7.1 010.1.1.1", "010.1.1.1"),
        ("cluster = one", ""),
        ("cluster = two", "cluster"),
        ("[monitor]", ""),
        ("zmqreplyserver = http://hub", "zmqreplyserver"),
        ("fail2banlogpath = fail2ban.log", "fail2banlogpath"),
        ("auth = perhaps", "auth"),
        ("ignorejails = one t|wo", "ignorejails"),
        ("requesttimeout = soon", "requesttimeout"),
        ("bantime = 1y", "bantime"),
        ("no equals sign", "key = value"),
        ("[publisher", "]"),
    ]

    @Test func `one run names every fault with its line, and ends with 78`() throws {
        let folder = try Folder()
        try folder.append(Self.faults.map(\.line).joined(separator: "\n") + "\n", to: "conf")
        let result = try Daemon.run("fail2ban-monitor", ["--check", "--config", folder.file("conf")])
        #expect(result.status == 78)
        let lines = result.error.split(separator: "\n").map(String.init)
        let expected = Self.faults.enumerated().filter { !$0.element.said.isEmpty }
        #expect(expected.count >= 12)
        for (index, fault) in expected {
            let place = "\(folder.file("conf")):\(index + 1): "
            #expect(lines.contains { $0.hasPrefix(place) && $0.contains(fault.said) }, "\(place)\(fault.said)")
        }
        #expect(lines.count == expected.count, "\(lines)")
    }

    @Test(arguments: ["fail2ban-monitor", "fail2ban-publisher", "fail2ban-subscriber"])
    func `the shipped configuration is right for every daemon, and a check touches nothing`(name: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = try Folder()
        let path = folder.file("conf")
        try FileManager.default.copyItem(atPath: root.appending(path: "fail2ban-cluster.conf").path, toPath: path)
        if name == "fail2ban-publisher" {
            // The one step before a hub can be started: its key.
            let keygen = try Daemon.run("fail2ban-cluster", ["keygen", "--config", path])
            #expect(keygen.status == 0, "\(keygen)")
        }
        let result = try Daemon.run(name, ["--check", "--config", path])
        #expect(result.status == 0)
        #expect(result.output == "\(path): OK\n")
        #expect(result.error == "")
    }

    @Test func `keygen makes the keys in the files that the configuration names`() throws {
        let folder = try Folder()
        try folder.append(
            """
            [general]
            hostname = hub
            cluster = ours
            clusterkey = \(folder.file("known"))
            [publisher]
            replybindurl = tcp://127.0.0.1:*
            broadcasterbindurl = tcp://127.0.0.1:*
            keyfile = \(folder.file("own"))

            """, to: "conf")
        let before = try Daemon.run("fail2ban-publisher", ["--check", "--config", folder.file("conf")])
        #expect(before.status != 0)
        let keygen = try Daemon.run("fail2ban-cluster", ["keygen", "--config", folder.file("conf")])
        #expect(keygen.status == 0, "\(keygen)")
        let after = try Daemon.run("fail2ban-publisher", ["--check", "--config", folder.file("conf")])
        #expect(after.status == 0, "\(after)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["conf", "known", "own"])
    }
}

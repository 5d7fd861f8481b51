import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct SystemdUnitTests {
    private static let daemons = ["fail2ban-monitor", "fail2ban-publisher", "fail2ban-subscriber"]

    @Test(.enabled(if: Tool.exists("systemd-analyze"), "systemd is not installed"), arguments: daemons)
    func `systemd finds nothing wrong with a unit`(daemon: String) async throws {
        let unit = try Tool.read("systemd/\(daemon).service")
        // The programs are not installed where this is tested.
        let runnable = unit.replacing("ExecStart=/usr/bin/\(daemon)", with: "ExecStart=/bin/true")
        try #require(runnable != unit)
        try await Tool.withFolder { folder in
            let file = folder.appendingPathComponent("\(daemon).service")
            try Tool.write(runnable, to: file)
            let result = try Tool.run("systemd-analyze", "verify", file.path)
            #expect(result.output == "")
            #expect(result.status == 0)
        }
    }

    @Test(arguments: daemons)
    func `a daemon that could only fail again is not started again`(daemon: String) throws {
        let lines = try Tool.read("systemd/\(daemon).service").split(separator: "\n")
        #expect(lines.contains("Restart=on-failure"))
        #expect(lines.contains("RestartPreventExitStatus=64 78"))
        #expect(lines.contains { $0.hasPrefix("StateDirectory=fail2ban-") })
    }

    @Test(.enabled(if: Tool.exists("systemd-analyze"), "systemd is not installed"), arguments: daemons)
    func `a daemon has the least that it can live with`(daemon: String) async throws {
        try await Tool.withFolder { folder in
            let file = folder.appendingPathComponent("\(daemon).service")
            try Tool.write(try Tool.read("systemd/\(daemon).service"), to: file)
            let result = try Tool.run("systemd-analyze", "security", "--offline=true", "--no-pager", file.path)
            let line = try #require(result.output.split(separator: "\n").last { $0.contains("exposure level") })
            print(line)
            let exposure = try #require(line.split(separator: " ").lazy.compactMap { Double($0) }.first)
            #expect(exposure <= 2.0, "\(result.output)")
        }
    }

    @Test func `the hub's key and database are its own user's`() throws {
        let unit = try Tool.read("systemd/fail2ban-publisher.service").split(separator: "\n")
        #expect(unit.contains("User=fail2ban-publisher"))
        #expect(unit.contains("CapabilityBoundingSet="))
        #expect(unit.contains("StateDirectory=fail2ban-publisher"))
        #expect(try Tool.read("systemd/fail2ban-cluster.sysusers").contains("\nu fail2ban-publisher "))
        let configuration = try Tool.read("fail2ban-cluster.conf")
        for key in ["pidfile", "database", "authorizedkeys"] {
            #expect(configuration.contains("\n\(key) = /var/lib/fail2ban-publisher/"))
        }
    }
}

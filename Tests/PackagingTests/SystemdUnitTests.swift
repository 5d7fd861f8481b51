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
        #expect(lines.contains("StateDirectory=fail2ban-cluster"))
    }
}

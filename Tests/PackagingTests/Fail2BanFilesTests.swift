import Foundation
import Testing

@Suite(
    .enabled(if: Fail2BanHome.isInstalled, "fail2ban is not installed"), .timeLimit(.minutes(10)))
struct Fail2BanFilesTests {
    private static let line = "fail2ban-zmq-tools Subscriber: Got broadcast message: "

    @Test func `the log action's filter takes bans that a subscriber wrote, and nothing else`() async throws {
        let taken = [
            "Nov 21 04:18:00 web2 fail2ban-subscriber[815]: \(Self.line)web1|sshd|Ban|192.0.2.4",
            "Nov 21 04:18:00 web2 fail2ban-subscriber[815]: \(Self.line)web1.example.org|my-jail|Ban|2001:db8::1",
            "2026-11-21T04:18:00.123456+00:00 web2 fail2ban-subscriber[815]: \(Self.line)web1|sshd|Ban|192.0.2.5",
            "2026-11-21 04:18:00,123 fail2ban-subscriber: \(Self.line)web1|sshd|Ban|192.0.2.6",
        ]
        let left = [
            "Nov 21 04:18:00 web2 fail2ban-subscriber[815]: \(Self.line)web1|sshd|Unban|192.0.2.7",
            "Nov 21 04:18:00 web2 fail2ban-subscriber[815]: \(Self.line)web1|sshd|Ban|192.0.2.8|more",
            "Nov 21 04:18:00 web2 sshd[9]: Invalid user fail2ban-subscriber[815]: \(Self.line)web1|sshd|Ban|192.0.2.9",
            "Nov 21 04:18:00 web2 sshd[9]: \(Self.line)web1|sshd|Ban|192.0.2.10",
        ]
        try await Tool.withFolder { folder in
            let home = try Fail2BanHome(in: folder)
            let log = (taken + left).map { $0 + "\n" }.joined()
            #expect(try home.lines(log, matching: "fail2ban-cluster") == taken)
        }
    }

    @Test func `recidive counts the bans of other jails, and not those of the cluster`() async throws {
        func line(_ jail: String) -> String {
            "2026-11-21 02:00:00,123 fail2ban.actions        [1234]: NOTICE  [\(jail)] Ban 192.0.2.1"
        }
        let jails = ["sshd", "fail2bancluster", "recidive", "fail2bancluster2"]
        try await Tool.withFolder { folder in
            let home = try Fail2BanHome(in: folder)
            let matched = try home.lines(jails.map { line($0) + "\n" }.joined(), matching: "recidive")
            #expect(matched == [line("sshd"), line("fail2bancluster2")])
        }
    }

    @Test func `fail2ban starts with the subscriber's jail, which bans and lists what it is told`() async throws {
        try await Tool.withFolder { folder in
            let home = try Fail2BanHome(in: folder)
            try await home.withServer(jail: try Tool.read("fail2ban/jail.d/fail2bancluster.conf")) {
                #expect(try home.client("set fail2bancluster banip 192.0.2.1 2001:db8::1").output == "2\n")
                #expect(try home.client("get fail2bancluster banip").output.contains("192.0.2.1"))
                #expect(try home.client("status fail2bancluster").output.contains("2001:db8::1"))
                #expect(try home.client("get fail2bancluster bantime").output == "604800\n")
                #expect(try home.client("get fail2bancluster actions").output.contains("nothing"))
                #expect(try home.client("set fail2bancluster unbanip 192.0.2.1").output == "1\n")
                let said = try home.said()
                #expect(!said.contains("ERROR"), "\(said)")
            }
        }
    }

    @Test func `schedule 26: without a subscriber the bans in its jail end within a week`() async throws {
        try await Tool.withFolder { folder in
            let home = try Fail2BanHome(in: folder)
            try await home.withServer(jail: try Tool.read("fail2ban/jail.d/fail2bancluster.conf")) {
                let before = Date()
                #expect(try home.client("set fail2bancluster banip 192.0.2.1").output == "1\n")
                let listed = try home.client("get fail2bancluster banip --with-time").output
                let end = try #require(listed.split(separator: "= ").last).trimmingCharacters(
                    in: .whitespacesAndNewlines)
                let format = DateFormatter()
                format.locale = Locale(identifier: "en_US_POSIX")
                format.dateFormat = "yyyy-MM-dd HH:mm:ss"
                let time = try #require(format.date(from: end)).timeIntervalSince(before)
                #expect((7 * 86_400 - 2...7 * 86_400 + 60).contains(time), "\(listed)")
            }
        }
    }

    @Test func `the action appends a line a ban, whatever an attacker is called, and none at an unban`() async throws {
        try await Tool.withFolder { folder in
            let home = try Fail2BanHome(in: folder)
            let spool = folder.appendingPathComponent("action.spool").path
            try await home.withServer(jail: try actionJail(spool: spool)) {
                let set = "set fail2bancluster banip"
                #expect(try home.client("\(set) 198.51.100.1 2001:db8::1 198.51.100.0/24").output == "3\n")
                for name in ["'evil;touch pwned'", "'$(touch pwned)'", "'x y'", "'1.2.3.4\nban sshd 8.8.8.8 600 1'"] {
                    #expect(try home.client("\(set) \(name)").output == "1\n")
                }
                #expect(try home.client("set fail2bancluster unbanip 198.51.100.1").output == "1\n")
                #expect(try home.client("\(set) 198.51.100.2").output == "1\n")
                let lines = try String(contentsOfFile: spool, encoding: .utf8)
                let expected = ["198.51.100.1", "2001:db8::1", "198.51.100.0/24", "198.51.100.2"]
                for (line, address) in zip(lines.split(separator: "\n"), expected) {
                    let pattern = try Regex("ban fail2bancluster \(address) 604800 [0-9]+\\.[0-9]+")
                    #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
                }
                #expect(lines.split(separator: "\n").count == expected.count)
                let mode = try FileManager.default.attributesOfItem(atPath: spool)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                let said = try home.said()
                #expect(!said.contains("ERROR"), "\(said)")
            }
        }
    }

    @Test func `schedule 13: where the spool's folder is missing fail2ban bans all the same, and says nothing`()
        async throws
    {
        try await Tool.withFolder { folder in
            let home = try Fail2BanHome(in: folder)
            try await home.withServer(jail: try actionJail(spool: "\(folder.path)/missing/action.spool")) {
                #expect(try home.client("set fail2bancluster banip 198.51.100.1").output == "1\n")
                #expect(try home.client("get fail2bancluster banip").output.contains("198.51.100.1"))
                let said = try home.said()
                #expect(!said.contains("ERROR"), "\(said)")
                #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/missing"))
            }
        }
    }

    /// A jail that only receives bans, with the action that tells the monitor.
    private func actionJail(spool: String) throws -> String {
        let shipped = try Tool.read("fail2ban/jail.d/fail2bancluster.conf")
        let jail = shipped.replacing(
            "action    = %(action_)s", with: "action = fail2ban-cluster[spool=\(spool)]")
        try #require(jail != shipped)
        return jail
    }

    @Test func `the example jail bans at the first line of the log action`() async throws {
        try await Tool.withFolder { folder in
            let home = try Fail2BanHome(in: folder)
            let log = folder.appendingPathComponent("cluster.log")
            try Tool.write("", to: log)
            let example = try Tool.read("fail2ban/examples/fail2bancluster-log.conf")
            let jail = example.replacing("/var/log/fail2ban-cluster.log", with: log.path)
            try #require(jail != example)
            // Polling needs no library that may be missing here.
            try await home.withServer(jail: jail.replacing(/backend +=.*/, with: "backend = polling")) {
                let now = Date.now.formatted(
                    .verbatim(
                        "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
                        timeZone: .current, calendar: Calendar(identifier: .gregorian)))
                try Tool.write("\(now),000 fail2ban-subscriber: \(Self.line)web1|sshd|Ban|192.0.2.4\n", to: log)
                try await home.wait { try home.said().contains("[fail2bancluster] Ban 192.0.2.4") }
            }
        }
    }
}

import Foundation
import RealFail2Ban
import Testing

/// What an administrator allows, on hosts with a real fail2ban.
@Suite(.enabled(if: RealFail2Ban.isInstalled, "needs Debian's fail2ban"), .timeLimit(.minutes(10))) struct AllowTests {
    @Test(arguments: ["fail2bansocket", "fail2banclient"])
    func
        `the administrator's own address never reaches banip, though banned before, in a banned network, without a hub`(
            action: String
        ) async throws
    {
        let fail2ban = try await RealFail2Ban([RealJail("fail2bancluster", hasFilter: false, bantime: "604800")])
        let hub = try await TestHub()
        let subscriber = try await hub.subscriber(
            host: "b", general: "fail2bansocket = \(fail2ban.socket)", "subscriberaction = \(action)")
        let desk = try Folder()
        try "[general]\nhostname = desk\n[monitor]\nzmqreplyserver = \(hub.replies)"
            .write(toFile: desk.file("conf"), atomically: true, encoding: .utf8)
        func run(_ arguments: String...) throws {
            let result = try Daemon.run("fail2ban-cluster", arguments + ["--config", desk.file("conf")])
            try #require(result.status == 0, "\(result)")
        }
        /// What fail2ban was told to ban, in its order: its own log says each.
        func banned() throws -> [Substring] {
            try fail2ban.logLines().compactMap { line in
                guard let range = line.range(of: "[fail2bancluster] Ban ") else { return nil }
                return line[range.upperBound...]
            }
        }
        func listed() async throws -> Set<Substring> {
            Set(try await fail2ban.client("get", "fail2bancluster", "banip").output.split { " \n".contains($0) })
        }
        try run("ban", "198.51.100.7")
        try run("ban", "198.51.100.0/24")
        try run("ban", "203.0.113.1")
        try await eventually(within: .seconds(60)) {
            try await listed() == ["198.51.100.7", "198.51.100.0/24", "203.0.113.1"]
        }
        try run("allow", "198.51.100.7")
        try await eventually("freed at once", within: .seconds(60)) { try await listed() == ["203.0.113.1"] }
        let before = try banned().count
        try run("ban", "198.51.100.7", "--time", "2h")
        try run("ban", "198.51.100.0/25")
        try run("ban", "203.0.113.2")
        try await eventually(within: .seconds(60)) { try await listed() == ["203.0.113.1", "203.0.113.2"] }
        hub.publisher.kill9()
        subscriber.kill9()
        try await subscriber.start()
        try await eventually("it has looked at everything", within: .seconds(60)) {
            subscriber.log.filter { $0.contains("not banned: it may not be") }.count > 0
        }
        #expect(try await listed() == ["203.0.113.1", "203.0.113.2"])
        #expect(try banned().dropFirst(before) == ["203.0.113.2"])
    }
}

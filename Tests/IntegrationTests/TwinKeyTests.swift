import Foundation
import RealFail2Ban
import Testing

@Suite(.timeLimit(.minutes(5))) struct TwinKeyTests {
    private static func names(_ hub: KeyedHub) -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: hub.authorizedKeys)) ?? [])
    }

    private static func contents(_ hub: KeyedHub, _ name: String) throws -> String {
        try String(contentsOfFile: "\(hub.authorizedKeys)/\(name)", encoding: .utf8)
    }

    @Test func `whom one twin has let in the other lets in, and whom one has thrown out the other throws out`()
        async throws
    {
        let one = try await KeyedHub("one", hasFriends: true)
        let two = try await KeyedHub("two", hasFriends: true, twin: one)
        // Known before they knew each other.
        try one.enrol("web1")
        try await FriendTests.befriend(one.hub, two.hub, named: "two")
        try await FriendTests.befriend(two.hub, one.hub, named: "one")
        try await eventually("the twin has what was there", within: .seconds(30)) {
            Self.names(two).isSuperset(of: ["web1.conf", "web1.invitation"])
        }
        #expect(try Self.contents(one, "web1.conf") == Self.contents(two, "web1.conf"))
        // A host that joins at the other is known here at once.
        try two.enrol("web2")
        try await eventually("who came later") { Self.names(one).contains("web2.conf") }
        // Its key counts: a monitor speaks with the hub at which it did not join.
        let work = try Folder()
        try work.append("", to: "fail2ban.log")
        let monitor = try await two.hub.monitor(
            host: "web1", log: work.file("fail2ban.log"), socket: nil,
            more: "keyfile = \(one.keyFile(of: "web1"))\nserverkey = \"\(two.serverKey)\"")
        try work.append(WireTests.line("[sshd] Ban 198.51.100.1"), to: "fail2ban.log")
        try await eventually("its ban is heard") { two.hub.broadcast.contains { $0.hasSuffix("|198.51.100.1") } }
        // Taken away at one, with the other down: it does not come back from there.
        two.hub.publisher.kill9()
        try one.revoke("web1")
        try await eventually("it is taken away") {
            one.hub.publisher.log.contains { $0.contains("keys were read") && $0.contains("revoked=1") }
        }
        try await two.hub.publisher.start()
        try await eventually("it is taken away at both", within: .seconds(30)) {
            !Self.names(two).contains("web1.conf")
        }
        #expect(!Self.names(one).contains("web1.conf"))
        #expect(Self.names(one).contains("web2.conf"))
        // And one that lost its folder gets it back, and takes nothing from the other.
        two.hub.publisher.kill9()
        try FileManager.default.removeItem(atPath: two.authorizedKeys)
        try await two.hub.publisher.start()
        try await eventually("what was lost is there again", within: .seconds(30)) {
            Self.names(two).isSuperset(of: ["web2.conf", "web2.invitation"])
        }
        #expect(Self.names(one).isSuperset(of: ["web2.conf", "web2.invitation"]))
        withExtendedLifetime(monitor) {}
    }
}

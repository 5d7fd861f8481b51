import ArgumentParser
import BanModel
import ClusterConfiguration
import ClusterProtocol
import Testing

@testable import AdministrationCommands

@Suite struct CommandLineTests {
    @Test(arguments: [
        ["list", "--json", "--count"], ["list", "--jail", "a b"], ["list", "--since", "yesterday"],
        ["show"], ["show", "010.0.0.1"], ["show", "192.0.2.1", "192.0.2.2"], ["ban", "192.0.2.1", "--time", "0"],
        ["ban", "192.0.2.1", "--time", "soon"], ["ban"], ["unban", "example.org"], ["pardon"], ["pardon", "--all"],
        ["status", "--hub", "hub:5678"], ["status", "--hub", "tcp://*:5678"], ["destroy"],
    ]) func `wrong use is status 64`(arguments: [String]) throws {
        let error = #expect(throws: (any Error).self) { _ = try RootCommand.parseAsRoot(arguments) }
        #expect(RootCommand.exitCode(for: try #require(error)).rawValue == 64)
    }

    @Test func `a ban has a jail and a time`() throws {
        let ban = try #require(
            try RootCommand.parseAsRoot(["ban", "192.0.2.0/24", "--time", "-1", "--jail", "sshd"]) as? BanCommand)
        #expect(ban.address.description == "192.0.2.0/24")
        #expect(ban.time == .forever)
        #expect(ban.jail == Jail("sshd"))
        let plain = try #require(try RootCommand.parseAsRoot(["ban", "2001:DB8::1"]) as? BanCommand)
        #expect(plain.address.description == "2001:db8::1")
        #expect(plain.time == nil)
        #expect(plain.jail == nil)
    }

    @Test func `a list is chosen and shaped`() throws {
        let list = try #require(
            try RootCommand.parseAsRoot([
                "list", "--json", "--jail", "sshd", "--pending", "--since", "1h", "--hub", "ipc:///run/hub",
            ]) as? ListCommand)
        #expect(list.json && list.pending && !list.count)
        #expect(list.since == .ago(.seconds(3_600)))
        #expect(list.options.hub?.description == "ipc:///run/hub")
    }
}

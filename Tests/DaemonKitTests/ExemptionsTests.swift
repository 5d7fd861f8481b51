import BanModel
import ClusterConfiguration
import DaemonKit
import Logging
import Testing

@Suite struct ExemptionsTests {
    @Test func `ignoreip, this host and its hubs are exempt, and a name that nobody knows stops nothing`() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let hubs = try ["tcp://192.0.2.7:1", "tcp://[2001:db8::7]:1", "ipc:///tmp/x", "tcp://no-such-host.invalid:1"]
            .map { try #require(Endpoint($0)) }
        let ignored = try Address("198.51.100.0/24")
        let all = Exemptions.addresses(ignored: [ignored], hubs: hubs, logger: logger)
        #expect(all.first == ignored)
        for text in ["192.0.2.7", "2001:db8::7", "127.0.0.1"] { #expect(try all.contains(Address(text))) }
    }
}

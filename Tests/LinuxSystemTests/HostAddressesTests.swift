import LinuxSystem
import Testing

@Suite struct HostAddressesTests {
    @Test func `a host knows its own addresses, and that they are its own`() throws {
        let own = try HostAddresses.own()
        #expect(own.contains("127.0.0.1"))
        #expect(own.allSatisfy { !$0.contains("%") })
    }

    @Test func `an address is its own name, and localhost is this host`() throws {
        #expect(try HostAddresses.of("192.0.2.1") == ["192.0.2.1"])
        #expect(try HostAddresses.of("2001:db8::1") == ["2001:db8::1"])
        #expect(try HostAddresses.of("localhost").allSatisfy { ["127.0.0.1", "::1"].contains($0) })
    }

    @Test func `a name that nobody knows is an error that names it`() {
        let error = #expect(throws: SystemError.self) { try HostAddresses.of("no-such-host.invalid") }
        #expect(error?.description.contains("no-such-host.invalid") == true)
    }
}

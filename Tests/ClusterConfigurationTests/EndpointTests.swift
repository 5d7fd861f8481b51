import ClusterConfiguration
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("tcp://hub.example.org:5678", nil), ("tcp://192.0.2.1:1", nil), ("tcp://[2001:db8::1]:65535", nil),
        ("tcp://[fe80::1%eth0]:5678", nil), ("tcp://HUB:5678", "tcp://hub:5678"), ("ipc:///run/hub.sock", nil),
        ("ipc://@hub", nil), ("tcp://localhost.:5678", nil), ("tcp://a_b-c:5678", nil),
    ])
    func `an address that names one place can be connected to and bound`(text: String, canonical: String?) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.isConnectable)
        #expect(endpoint.description == canonical ?? text)
    }

    @Test(arguments: [
        ("tcp://*:9999", "tcp://*:9999"), ("tcp://127.0.0.1:*", "tcp://127.0.0.1:*"), ("tcp://*:*", "tcp://*:*"),
        ("tcp://127.0.0.1:0", "tcp://127.0.0.1:*"), ("tcp://[::1]:*", "tcp://[::1]:*"),
    ])
    func `a star can only be bound`(text: String, canonical: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(!endpoint.isConnectable)
        #expect(endpoint.description == canonical)
        #expect(throws: ConfigurationError.self) { try parse("[monitor]\nzmqreplyserver = \(text)") }
    }

    @Test(arguments: [
        "", "hub:5678", "tcp:/hub:5678", "tcp://", "tcp://hub", "tcp://hub:", "tcp://:5678", "tcp://hub:65536",
        "tcp://hub:-1", "tcp://hub:+1", "tcp://hub:56a", "tcp://hub:056780", "tcp://2001:db8::1:5678",
        "tcp://[2001:db8::1]", "tcp://[192.0.2.1]:1", "tcp://[2001:db8::/32]:1", "tcp://[::1%]:1", "tcp://[::1%a%b]:1",
        "tcp://300.0.0.1:1", "tcp://1.2.3:1", "tcp://a..b:1", "tcp://eth0;hub:1", "tcp://a b:1", "tcp://hub:1/path",
        "inproc://hub", "udp://hub:1", "pgm://hub:1", "ipc://", "ipc:///", "ipc://relative", "ipc://*", "TCP://hub:1",
        "tcp://user@hub:1",
    ])
    func `anything else is no address`(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func `a path that no socket can have is refused`() {
        #expect(Endpoint("ipc:///" + String(repeating: "a", count: 106)) != nil)
        #expect(Endpoint("ipc:///" + String(repeating: "a", count: 107)) == nil)
    }

    @Test func `a publisher's two addresses differ`() throws {
        let same = "[publisher]\nbroadcasterbindurl = tcp://*:1\nreplybindurl = tcp://*:1"
        #expect(
            faults(of: same) == [
                #"t.conf:3: replybindurl: expected another address than broadcasterbindurl, got "tcp://*:1""#
            ])
        #expect(faults(of: "[publisher]\nbroadcasterbindurl = tcp://*:*\nreplybindurl = tcp://*:*") == [])
    }

    @Test(
        arguments: [
            ("tcp://*:5678", "tcp://127.0.0.1:5678"), ("tcp://0.0.0.0:5678", "tcp://127.0.0.1:5678"),
            ("tcp://[::]:5678", "tcp://127.0.0.1:5678"), ("tcp://192.0.2.1:5678", "tcp://192.0.2.1:5678"),
            ("ipc:///run/hub", "ipc:///run/hub"), ("tcp://127.0.0.1:*", nil),
        ] as [(String, String?)]) func `what is bound here is reached from here`(text: String, expected: String?)
    {
        #expect(Endpoint(text)?.fromThisHost?.description == expected)
    }
}

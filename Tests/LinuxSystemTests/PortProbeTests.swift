import Glibc
import LinuxSystem
import Testing

@Suite struct PortProbeTests {
    /// A port of loopback, and the socket that has it; whether it listens.
    private func port(isListening: Bool) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(isBound)
        if isListening { try #require(listen(descriptor, 1) == 0) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    @Test func `somebody listens`() throws {
        let (descriptor, port) = try port(isListening: true)
        defer { close(descriptor) }
        try PortProbe.connect(to: "127.0.0.1", port: port, within: .seconds(10))
    }

    @Test func `nobody listens`() throws {
        let (descriptor, port) = try port(isListening: false)
        defer { close(descriptor) }
        let error = #expect(throws: SystemError.self) {
            try PortProbe.connect(to: "127.0.0.1", port: port, within: .seconds(10))
        }
        #expect(error?.code == ECONNREFUSED)
        #expect(error?.description.contains("127.0.0.1 port \(port)") == true)
    }

    @Test func `a name that nobody knows is said`() throws {
        let error = #expect(throws: SystemError.self) {
            try PortProbe.connect(to: "no such name", port: 1, within: .seconds(1))
        }
        #expect(error?.description.contains("no such name") == true)
    }
}

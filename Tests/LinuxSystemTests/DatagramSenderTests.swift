import Glibc
import Testing

@testable import LinuxSystem

@Suite struct DatagramSenderTests {
    @Test(arguments: ["path", "abstract"])
    func `a text arrives whole`(kind: String) throws {
        let folder = try TemporaryFolder()
        let address = kind == "path" ? folder.file("socket") : "@fail2ban-cluster-\(UInt64.random(in: 0 ... .max))"
        let receiver = try Receiver(address)
        let sender = try DatagramSender(to: address)
        try sender.send("READY=1\nSTATUS=é")
        try sender.send("")
        #expect(receiver.next() == "READY=1\nSTATUS=é")
        #expect(receiver.next() == "")
    }

    @Test(arguments: ["", "relative", "vsock:2:1234", "/" + String(repeating: "x", count: 107)])
    func `what is no address is refused`(address: String) {
        #expect(throws: SystemError.self) { _ = try DatagramSender(to: address).send("") }
    }

    @Test func `nobody there is an error with the address in it`() throws {
        let sender = try DatagramSender(to: "/nonexistent/socket")
        let error = try #require(throws: SystemError.self) { try sender.send("READY=1") }
        #expect("\(error)" == "send to /nonexistent/socket: No such file or directory")
    }
}

/// A bound AF_UNIX datagram socket.
private struct Receiver: ~Copyable {
    private let descriptor: Int32

    init(_ address: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = address.hasPrefix("@") ? [0] + address.utf8.dropFirst() : Array(address.utf8) + [0]
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let code = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        try #require(code == 0)
    }

    deinit { close(descriptor) }

    func next() -> String? {
        guard becomesReadable(descriptor) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}

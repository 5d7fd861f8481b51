internal import CLinux
internal import Glibc

/// Sends datagrams to one AF_UNIX address.
public struct DatagramSender: ~Copyable {
    private let descriptor: Descriptor
    private let name: [UInt8]
    private let address: String

    /// - Parameter address: an absolute path, or `@` and an abstract name.
    public init(to address: String) throws(SystemError) {
        guard address.hasPrefix("/") || address.hasPrefix("@"), address.utf8.count < 108 else {
            throw SystemError(operation: "send to \(address)", code: EAFNOSUPPORT)
        }
        let opened = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard opened >= 0 else { throw .last("socket") }
        descriptor = Descriptor(opened)
        // Who does not read must not hold us for ever.
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(opened, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        name = address.hasPrefix("@") ? [0] + address.utf8.dropFirst() : Array(address.utf8)
        self.address = address
    }

    /// Waits a second at most.
    public func send(_ text: String) throws(SystemError) {
        let bytes = Array(text.utf8)
        while true {
            let count = name.withUnsafeBytes { name in
                cluster_send_datagram(
                    descriptor.number, name.bindMemory(to: CChar.self).baseAddress, UInt32(name.count), bytes,
                    UInt(bytes.count))
            }
            if count >= 0 { return }
            guard errno == EINTR else { throw .last("send to \(address)") }
        }
    }
}

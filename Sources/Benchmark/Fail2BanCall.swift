internal import Glibc
internal import LinuxSystem

/// The least that speaks with fail2ban's socket: a pickled list of words, and an answer that nobody reads.
struct Fail2BanCall: ~Copyable {
    private static let mark = Array("<F2B_END_COMMAND>".utf8)

    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("no socket: \(SystemError.text(of: errno))") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw Failure("too long for a socket: \(path)") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure("connect \(path): \(SystemError.text(of: errno))") }
    }

    deinit { close(descriptor) }

    /// Returns once it is answered.
    func ban(_ address: String) throws {
        let request = Self.pickled(["set", Fail2BanServer.jail, "banip", address]) + Self.mark
        let sent = request.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == request.count else { throw Failure("fail2ban takes nothing: \(SystemError.text(of: errno))") }
        var reply: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while !reply.suffix(Self.mark.count).elementsEqual(Self.mark) {
            let count = Glibc.recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { throw Failure("fail2ban answers nothing") }
            reply += chunk[..<count]
        }
    }

    /// Protocol 2: an empty list, a mark, the words as UTF-8 behind their lengths, and all of them appended.
    private static func pickled(_ words: [String]) -> [UInt8] {
        var bytes: [UInt8] = [0x80, 2] + Array("](".utf8)
        for word in words {
            let count = UInt32(word.utf8.count)
            bytes += [UInt8(ascii: "X")] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
            bytes += word.utf8
        }
        return bytes + Array("e.".utf8)
    }
}

internal import Glibc

/// A connection to a program of this machine, by the path of its socket (unix(7)). Blocks, but never beyond a deadline
/// (monotonic microseconds) or a stop, which is not cleared.
public final class LocalStream: Sendable {
    /// How often a listener whose queue is full is tried again: there is nothing that could be waited for (connect(2)).
    private static let pauseLength: Int64 = 10_000

    private let descriptor: Descriptor

    public init(
        to path: String, by deadline: Int64, until stop: Wakeup? = nil
    ) throws(StreamFault) {
        let operation = "connect to \(path)"
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isShort = withUnsafeMutableBytes(of: &address.sun_path) { place in
            guard path.utf8.count < place.count else { return false }
            place.copyBytes(from: path.utf8)
            return true
        }
        guard isShort else { throw .failed(SystemError(operation: operation, code: ENAMETOOLONG)) }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let opened = socket(AF_UNIX, type, 0)
        guard opened >= 0 else { throw .failed(.last("socket")) }
        descriptor = Descriptor(opened)
        while true {
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(opened, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if code == 0 { return }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                let now = SystemClock.monotonic()
                guard now < deadline else { throw .timedOut }
                try Self.pause(until: min(deadline, now + Self.pauseLength), orStop: stop)
            default: throw .failed(.last(operation))
            }
        }
    }

    /// Whether the other side has neither said anything nor hung up.
    public var isQuiet: Bool {
        var watched = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 0
    }

    /// All of it. Where it throws, a part may have arrived.
    public func send(_ bytes: [UInt8], by deadline: Int64, until stop: Wakeup? = nil) throws(StreamFault) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor.number, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: try Self.wait(for: descriptor.number, POLLOUT, by: deadline, until: stop)
            case EPIPE, ECONNRESET: throw .ended
            default: throw .failed(.last("send"))
            }
        }
    }

    /// Appends what comes next, 1 to 65,536 bytes.
    public func receive(
        into bytes: inout [UInt8], by deadline: Int64, until stop: Wakeup? = nil
    ) throws(StreamFault) {
        while true {
            let count = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
                let count = recv(descriptor.number, buffer.baseAddress!, buffer.count, 0)
                if count > 0 { bytes += buffer[..<count] }
                return count
            }
            if count > 0 { return }
            if count == 0 { throw .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN: try Self.wait(for: descriptor.number, POLLIN, by: deadline, until: stop)
            case ECONNRESET: throw .ended
            default: throw .failed(.last("recv"))
            }
        }
    }

    /// Waits for a moment to come, of the monotonic clock; throws where the stop comes first.
    public static func pause(until moment: Int64, orStop stop: Wakeup?) throws(StreamFault) {
        do throws(StreamFault) {
            try wait(for: -1, 0, by: moment, until: stop)
        } catch .timedOut {
            return
        }
    }

    /// Returns once the descriptor has what is waited for; -1: never.
    private static func wait(
        for descriptor: Int32, _ events: Int32, by deadline: Int64, until stop: Wakeup?
    ) throws(StreamFault) {
        while true {
            var watched = [
                pollfd(fd: descriptor, events: Int16(events), revents: 0),
                pollfd(fd: stop?.fileDescriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let left = deadline - SystemClock.monotonic()
            // Rounded up, so that no deadline is looked at before its time.
            let count = poll(&watched, 2, Int32(min(max(0, left + 999) / 1000, Int64(Int32.max))))
            if count < 0, errno != EINTR { throw .failed(.last("poll")) }
            if count > 0 {
                if watched[1].revents != 0 { throw .stopped }
                return
            }
            if SystemClock.monotonic() >= deadline { throw .timedOut }
        }
    }
}

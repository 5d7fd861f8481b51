internal import CLinux
internal import Glibc

/// A program in a session of its own, which goes on when we end: what it says on standard error until it is ready is
/// ours, its other streams are /dev/null.
public struct DetachedProgram: ~Copyable {
    /// How it began.
    public enum Beginning: Hashable, Sendable {
        /// It wrote ``ready``.
        case ready
        /// It ended instead; 128 and the signal's number where one ended it. All that it said.
        case ended(status: Int32, text: String)
        /// The time was over first.
        case silent(text: String)
    }

    /// The byte on standard error by which it says that it is ready; never part of a text.
    public static let ready: UInt8 = 0
    /// Bytes of its text that are kept.
    private static let longest = 1 << 16

    public let process: Int32
    private let words: Descriptor

    public init(_ path: String, _ arguments: [String]) throws(SystemError) {
        let pipe = try Pipe()
        process = try spawn(path, arguments, [:], output: nil, error: pipe.start.number, isDetached: true)
        words = pipe.intoEnd()
    }

    /// Waits until it is ready or has ended, no longer than the limit.
    public func begin(within limit: Duration) throws(SystemError) -> Beginning {
        let deadline = SystemClock.monotonic() + limit.inMicroseconds
        var bytes: [UInt8] = []
        while true {
            var watched = pollfd(fd: words.number, events: Int16(POLLIN), revents: 0)
            let wait = max(0, deadline - SystemClock.monotonic() + 999) / 1000
            let count = poll(&watched, 1, Int32(min(wait, Int64(Int32.max))))
            if count == 0 { return .silent(text: String(decoding: bytes, as: UTF8.self)) }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .last("poll")
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let length = read(words.number, &buffer, buffer.count)
            if length > 0 {
                if buffer[..<length].contains(Self.ready) { return .ready }
                bytes += buffer[..<min(length, Self.longest - bytes.count)]
            } else if length == 0 {
                // Nobody holds its standard error any more: it has ended, or ends at once.
                let status = collect(process)
                let signal = status & 0x7F
                return .ended(
                    status: signal != 0 ? 128 + signal : (status >> 8) & 0xFF,
                    text: String(decoding: bytes, as: UTF8.self))
            } else if errno != EINTR, errno != EAGAIN {
                throw .last("read")
            }
        }
    }

    /// Ends it and waits for that.
    public func kill() {
        _ = Glibc.kill(process, SIGKILL)
        _ = collect(process)
    }
}

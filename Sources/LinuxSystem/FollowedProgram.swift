internal import CLinux
internal import Glibc

/// A program that runs beside us and whose output is read as it comes: no shell, nothing to read, and no descriptor of
/// ours but its outputs.
///
/// It ends with this value. Where we are killed instead, its next write finds nobody who reads (SIGPIPE).
public struct FollowedProgram: ~Copyable {
    public enum Output: Hashable, Sendable {
        case bytes([UInt8])
        /// Nothing waits at the moment.
        case nothing
        /// It has ended, and all that it wrote was read.
        case ended(Ending)
    }

    public enum Ending: Hashable, Sendable {
        case exited(status: Int32)
        case signalled(Int32)
    }

    private static let chunk = 1 << 16
    /// Enough of what it complains of for a line in a log.
    private static let errorLimit = 1000

    private let process: pid_t
    /// Its number, and its group's: its own until this value goes.
    public var number: Int32 { process }
    private let ended: Descriptor
    private let output: Descriptor
    private let error: Descriptor
    private var isOutputOpen = true
    private var isErrorOpen = true
    private var ending: Ending?
    private var complaints: [UInt8] = []

    /// - Parameters:
    ///   - path: looked up in PATH where it has no slash.
    ///   - additions: set on top of our own environment.
    ///   - joined: what it writes to standard error is read as output, too.
    public init(
        starting path: String, _ arguments: [String] = [], environment additions: [String: String] = [:],
        joiningErrors joined: Bool = false
    ) throws(SystemError) {
        let output = try Pipe()
        let error = try Pipe()
        let process = try spawn(
            path, arguments, additions, output: output.start.number,
            error: joined ? output.start.number : error.start.number)
        let descriptor = cluster_pidfd_open(process)
        guard descriptor >= 0 else {
            let fault = SystemError.last("pidfd_open for \(path)")
            kill(-process, SIGKILL)
            _ = collect(process)
            throw fault
        }
        self.process = process
        ended = Descriptor(descriptor)
        self.output = output.intoEnd()
        self.error = error.intoEnd()
    }

    deinit {
        guard ending == nil else { return }
        kill(-process, SIGKILL)
        _ = collect(process)
    }

    /// Readable while ``read()`` has something to tell: to be asked anew before each poll.
    public func fileDescriptors() -> [Int32] {
        if ending != nil { return [] }
        return [ended.number] + (isOutputOpen ? [output.number] : []) + (isErrorOpen ? [error.number] : [])
    }

    /// The beginning of what it wrote to standard error: 1000 bytes at most.
    public func complaint() -> [UInt8] { complaints }

    /// What is there, some of it at most, without waiting.
    public mutating func read() -> Output {
        if let ending { return .ended(ending) }
        // First whether it has ended, then what it wrote: the other way round its last words could be missed.
        let isOver = hasEnded()
        var more: [UInt8] = []
        if isErrorOpen { isErrorOpen = Self.take(from: error.number, into: &more) }
        complaints += more.prefix(Self.errorLimit - complaints.count)
        var bytes: [UInt8] = []
        if isOutputOpen { isOutputOpen = Self.take(from: output.number, into: &bytes) }
        if !bytes.isEmpty { return .bytes(bytes) }
        return isOver ? .ended(collectIt()) : .nothing
    }

    private func hasEnded() -> Bool {
        var watched = pollfd(fd: ended.number, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) > 0
    }

    private mutating func collectIt() -> Ending {
        // Not collected yet, so the group's number is still its own: what it left behind ends with it.
        kill(-process, SIGKILL)
        let status = collect(process)
        let signal = status & 0x7F
        let ending = signal == 0 ? Ending.exited(status: (status >> 8) & 0xFF) : .signalled(signal)
        self.ending = ending
        return ending
    }

    /// One read; false where there is nothing more to come.
    private static func take(from descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        while true {
            let count = withUnsafeTemporaryAllocation(byteCount: chunk, alignment: 8) { buffer in
                let count = Glibc.read(descriptor, buffer.baseAddress!, buffer.count)
                if count > 0 { bytes += buffer[..<count] }
                return count
            }
            if count > 0 { return true }
            if count < 0, errno == EINTR { continue }
            return count < 0 && errno == EAGAIN
        }
    }
}

internal import CLinux
internal import Glibc

/// Runs a program to its end: no shell, and no descriptor of ours but its three. Blocks.
///
/// It gets a process group of its own; that group is ended (SIGTERM, half a second later SIGKILL) when the time is over,
/// when an output passes its bound, or at the stop. Returns only once the program has ended.
/// - Parameters:
///   - path: looked up in PATH where it has no slash.
///   - input: what it reads; nil: nothing.
///   - additions: set on top of our own environment.
///   - timeLimit: from the start.
///   - outputLimit: bytes of each of the two outputs.
///   - stop: ends the program as soon as it is signalled; it is not cleared.
public func runProgram(
    _ path: String, _ arguments: [String] = [], input: [UInt8]? = nil, environment additions: [String: String] = [:],
    timeLimit: Duration, outputLimit: Int, until stop: Wakeup? = nil
) -> ProgramResult {
    do throws(SystemError) {
        let deadline = SystemClock.monotonic() + timeLimit.inMicroseconds
        var program = try RunningProgram(path, arguments, input, additions, outputLimit: outputLimit)
        return try program.toEnd(by: deadline, until: stop)
    } catch {
        return .cannotStart(error)
    }
}

/// A program between its start and its end.
private struct RunningProgram: ~Copyable {
    /// Between SIGTERM and SIGKILL, in microseconds.
    private static let grace: Int64 = 500_000

    private let process: pid_t
    private let ended: Descriptor
    private var output: Collector
    private var error: Collector

    init(
        _ path: String, _ arguments: [String], _ input: [UInt8]?, _ additions: [String: String], outputLimit: Int
    ) throws(SystemError) {
        let output = try Pipe()
        let error = try Pipe()
        // Whatever its size, it never has to be fed: no pipe that fills up.
        var file: Descriptor?
        if let input { file = try memoryFile("input", holding: input) }
        let process = try spawn(
            path, arguments, additions, input: file?.number, output: output.start.number, error: error.start.number)
        _ = consume file
        let descriptor = cluster_pidfd_open(process)
        guard descriptor >= 0 else {
            let fault = SystemError.last("pidfd_open for \(path)")
            kill(-process, SIGKILL)
            _ = collect(process)
            throw fault
        }
        self.process = process
        ended = Descriptor(descriptor)
        self.output = Collector(from: output.intoEnd(), limit: outputLimit)
        self.error = Collector(from: error.intoEnd(), limit: outputLimit)
    }

    mutating func toEnd(by deadline: Int64, until stop: Wakeup?) throws(SystemError) -> ProgramResult {
        var verdict: ProgramResult?
        var deadline = deadline
        while true {
            var watched = [
                pollfd(fd: ended.number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: output.watched, events: Int16(POLLIN), revents: 0),
                pollfd(fd: error.watched, events: Int16(POLLIN), revents: 0),
                pollfd(fd: verdict == nil ? stop?.fileDescriptor ?? -1 : -1, events: Int16(POLLIN), revents: 0),
            ]
            // Rounded up, so that no deadline is looked at before its time.
            let wait = max(0, deadline - SystemClock.monotonic()) / 1000 + 1
            guard poll(&watched, nfds_t(watched.count), Int32(min(wait, Int64(Int32.max)))) >= 0 else {
                if errno == EINTR { continue }
                throw .last("poll")
            }
            let isWithin = readBoth()
            if watched[0].revents != 0 { break }
            if verdict != nil, SystemClock.monotonic() >= deadline {
                kill(-process, SIGKILL)
                deadline = .max
            } else if verdict == nil {
                if !isWithin { verdict = .tooMuchOutput }
                if watched[3].revents != 0 { verdict = .stopped }
                if verdict == nil, SystemClock.monotonic() >= deadline { verdict = .timedOut }
                if verdict != nil {
                    kill(-process, SIGTERM)
                    deadline = SystemClock.monotonic() + Self.grace
                }
            }
        }
        // Not collected yet, so the group's number is still its own: what it left behind ends with it.
        if verdict != nil { kill(-process, SIGKILL) }
        let isWithin = readBoth()
        let status = collect(process)
        if let verdict { return verdict }
        if !isWithin { return .tooMuchOutput }
        let signal = status & 0x7F
        return signal != 0
            ? .signalled(signal)
            : .exited(status: (status >> 8) & 0xFF, output: output.bytes, error: error.bytes)
    }

    /// False where one of them wrote more than its bound.
    private mutating func readBoth() -> Bool {
        let isOutputWithin = output.read()
        let isErrorWithin = error.read()
        return isOutputWithin && isErrorWithin
    }
}

/// What a program writes to one of its outputs, up to a bound.
private struct Collector: ~Copyable {
    private let descriptor: Descriptor
    private let limit: Int
    private var isAtEnd = false
    private(set) var bytes: [UInt8] = []

    init(from descriptor: consuming Descriptor, limit: Int) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// -1, which poll passes over, once there is nothing to come.
    var watched: Int32 { isAtEnd ? -1 : descriptor.number }

    /// Takes what is there, without waiting. False where it is more than the bound.
    mutating func read() -> Bool {
        while !isAtEnd, bytes.count <= limit {
            let count = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
                let count = Glibc.read(
                    descriptor.number, buffer.baseAddress!, min(buffer.count, limit - bytes.count + 1))
                if count > 0 { bytes += buffer[..<count] }
                return count
            }
            if count > 0 { continue }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { break }
            isAtEnd = true
        }
        return bytes.count <= limit
    }
}

extension Duration {
    public var inMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

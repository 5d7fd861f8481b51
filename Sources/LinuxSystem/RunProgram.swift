internal import CLinux
internal import Glibc

/// Runs a program to its end: no shell, nothing to read, and no descriptor of ours but its three. Blocks.
///
/// It gets a process group of its own; that group is ended (SIGTERM, half a second later SIGKILL) when the time is over,
/// when an output passes its bound, or at the stop. Returns only once the program has ended.
/// - Parameters:
///   - path: looked up in PATH where it has no slash.
///   - additions: set on top of our own environment.
///   - timeLimit: from the start.
///   - outputLimit: bytes of each of the two outputs.
///   - stop: ends the program as soon as it is signalled; it is not cleared.
package func runProgram(
    _ path: String, _ arguments: [String] = [], environment additions: [String: String] = [:], timeLimit: Duration,
    outputLimit: Int, until stop: Wakeup? = nil
) -> ProgramResult {
    do throws(SystemError) {
        let deadline = SystemClock.monotonic() + timeLimit.inMicroseconds
        var program = try RunningProgram(path, arguments, additions, outputLimit: outputLimit)
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
        _ path: String, _ arguments: [String], _ additions: [String: String], outputLimit: Int
    ) throws(SystemError) {
        let output = try Pipe()
        let error = try Pipe()
        let process = try spawn(path, arguments, additions, output: output.start.number, error: error.start.number)
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

/// One descriptor, closed with this value.
struct Descriptor: ~Copyable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }
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

/// A pipe whose reading end does not block.
struct Pipe: ~Copyable {
    let end: Descriptor
    let start: Descriptor

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard cluster_pipe(&ends) == 0 else { throw .last("pipe2") }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        end = Descriptor(ends[0])
        start = Descriptor(ends[1])
    }

    /// The reading end alone; the other is closed.
    consuming func intoEnd() -> Descriptor { end }
}

/// The status that waitpid(2) gives for a process that has ended, or ends at once.
func collect(_ process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
}

/// - Parameters:
///   - output: nil for /dev/null.
///   - isDetached: in a session of its own and the root folder, rather than in a process group of its own.
func spawn(
    _ path: String, _ arguments: [String], _ additions: [String: String], output: Int32?, error: Int32,
    isDetached: Bool = false
) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let output {
        posix_spawn_file_actions_adddup2(&actions, output, 1)
    } else {
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, error, 2)
    cluster_spawn_close_from(&actions, 3)
    if isDetached { cluster_spawn_change_folder(&actions, "/") }

    // What we ignore and block is no business of the program's.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let group = isDetached ? cluster_spawn_in_session() : Int16(POSIX_SPAWN_SETPGROUP)
    posix_spawnattr_setflags(&attributes, group | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var variables = currentEnvironment()
    for (name, value) in additions { variables[name] = value }
    var process = pid_t()
    let code = withCStrings([path] + arguments) { words in
        withCStrings(variables.map { "\($0)=\($1)" }) { environment in
            posix_spawnp(&process, path, &actions, &attributes, words, environment)
        }
    }
    guard code == 0 else { throw SystemError(operation: "run \(path)", code: code) }
    return process
}

private func currentEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
        let text = String(cString: entry)
        if let equals = text.firstIndex(of: "=") {
            variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        next += 1
    }
    return variables
}

/// The texts as execve(2) wants them.
func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return body(&pointers)
}

extension Duration {
    var inMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

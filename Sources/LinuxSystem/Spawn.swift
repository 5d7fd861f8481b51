internal import CLinux
internal import Glibc

/// One descriptor, closed with this value.
struct Descriptor: ~Copyable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }
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

/// A file in memory that holds these bytes, to be read from its beginning.
func memoryFile(_ name: String, holding bytes: [UInt8]) throws(SystemError) -> Descriptor {
    let file = Descriptor(cluster_memory_file(name))
    guard file.number >= 0 else { throw .last("memfd_create") }
    var written = 0
    while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
        guard count >= 0 else {
            if errno == EINTR { continue }
            throw .last("write to memory")
        }
        written += count
    }
    guard lseek(file.number, 0, SEEK_SET) == 0 else { throw .last("lseek") }
    return file
}

/// The status that waitpid(2) gives for a process that has ended, or ends at once.
func collect(_ process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
}

/// A process with no descriptor of ours but its outputs.
///
/// - Parameters:
///   - input: nil for /dev/null.
///   - output: nil for /dev/null.
///   - isDetached: in a session of its own and the root folder, rather than in a process group of its own.
func spawn(
    _ path: String, _ arguments: [String], _ additions: [String: String], input: Int32? = nil, output: Int32?,
    error: Int32, isDetached: Bool = false
) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
        posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
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

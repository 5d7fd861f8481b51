internal import Glibc
internal import LinuxSystem

/// A network that is empty but for loopback, and gone with this object: nothing in it touches the machine's own.
public final class OwnNetwork: Sendable {
    /// Not where we are not root, nor in a container that forbids it, nor without nft.
    public static let hasPacketFilter: Bool = {
        let result = runProgram(
            "/usr/bin/unshare", ["-n", "nft", "-j", "list", "ruleset"], timeLimit: .seconds(20), outputLimit: 1 << 16)
        if case .exited(status: 0, _, _) = result { return true }
        return false
    }()

    /// A process that only keeps the network.
    public let process: Int32

    public init() throws {
        process = try Self.keep()
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    /// What starts a program in it.
    public var wrapper: [String] { ["/usr/bin/nsenter", "-n", "-t", "\(process)"] }

    /// Runs a program in it to its end. Returns what it printed; nil where it failed.
    public func run(_ program: String, _ arguments: String..., input: String? = nil) -> String? {
        run(program, arguments, input: input)
    }

    public func run(_ program: String, _ arguments: [String], input: String? = nil) -> String? {
        let result = runProgram(
            wrapper[0], wrapper.dropFirst() + [program] + arguments, input: input.map { Array($0.utf8) },
            timeLimit: .seconds(60), outputLimit: 1 << 27)
        guard case .exited(status: 0, let output, _) = result else { return nil }
        return String(decoding: output, as: UTF8.self)
    }

    private struct Impossible: Error {}

    private static func keep() throws -> pid_t {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Impossible() }
        defer { close(ends[0]) }
        let script = "ip link set lo up && echo up && exec sleep 3600 >/dev/null"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        posix_spawn_file_actions_addclose(&actions, ends[1])
        var process = pid_t()
        let texts = ["unshare", "-n", "sh", "-c", script]
        let words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let code = posix_spawnp(&process, "unshare", &actions, nil, words, environ)
        close(ends[1])
        guard code == 0 else { throw Impossible() }
        var byte: UInt8 = 0
        guard read(ends[0], &byte, 1) == 1 else {
            waitpid(process, nil, 0)
            throw Impossible()
        }
        return process
    }
}

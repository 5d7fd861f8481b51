internal import Glibc
internal import LinuxSystem

/// Where a run works: a folder of its own, the processes that it started, and the programs as built.
///
/// All of it goes with ``cleanUp()``, which any thread may call at any moment.
public final class Workshop: Sendable {
    private struct State: Sendable {
        var processes: Set<Int32> = []
        var isClean = false
        var folders = 0
    }

    /// This program's own file, for its other roles.
    let program: String
    /// Where the daemons are: beside this program.
    let binaries: String
    let folder: String
    /// Fewer and smaller, to see whether all works.
    public let isQuick: Bool
    /// This process's network is its own, so that its packet filter may be changed.
    let hasOwnNetwork: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Guarded(State())

    public init(isQuick: Bool, hasOwnNetwork: Bool = false) throws {
        self.isQuick = isQuick
        self.hasOwnNetwork = hasOwnNetwork
        program = try OwnProcess.executable()
        binaries = FileSystem.folder(of: program)
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/cluster-benchmark.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("no folder in \(parent): \(SystemError.text(of: errno))") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { cleanUp() }

    /// Ends every process that was started here and still runs, and removes the folder.
    public func cleanUp() {
        let processes = state.withLock { state -> Set<Int32>? in
            defer { state.isClean = true }
            return state.isClean ? nil : state.processes
        }
        guard let processes else { return }
        say("")
        // Each leads a group of its own, and its number is its own until it is collected.
        for process in processes { kill(-process, SIGKILL) }
        _ = runProgram("rm", ["-rf", folder], timeLimit: .seconds(60), outputLimit: 4096)
    }

    /// Where the run was interrupted, what fails is no finding: whoever cleaned up ends this process.
    func standStillIfOver() {
        while state.withLock({ $0.isClean }) { pause() }
    }

    /// From now on it is ended with the run. Throws where the run is over.
    func keep(_ process: Int32) throws {
        let isLate = state.withLock { state in
            if !state.isClean { state.processes.insert(process) }
            return state.isClean
        }
        guard isLate else { return }
        kill(-process, SIGKILL)
        throw Failure("interrupted")
    }

    /// To be called before the process is collected: its number may be another's then.
    func release(_ process: Int32) { state.withLock { _ = $0.processes.remove(process) } }

    /// A new folder within the run's.
    func newFolder(_ name: String) throws -> String {
        let number = state.withLock { state in
            state.folders += 1
            return state.folders
        }
        let path = "\(folder)/\(number)-\(name)"
        try FileSystem.createFolder(path)
        return path
    }

    /// A part begins: where no terminal shows what is under way, a line of its own says that.
    func begin(_ part: Part) { isTerminal ? say(part.rawValue) : complain("measuring \(part.rawValue)\n") }

    /// What is under way, on one line of a terminal that the next replaces; an empty text clears it.
    public func say(_ text: String) {
        guard isTerminal else { return }
        complain("\r\u{1B}[K" + String(text.prefix(78)))
    }

    private func complain(_ text: String) {
        // Where nobody reads it, nothing is lost.
        _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
}

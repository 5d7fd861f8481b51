internal import Glibc
internal import LinuxSystem

/// A process that this run started: what it writes, and what the system counts of it.
///
/// It ends with this object, with the run, and where the run is killed.
final class Daemon {
    let name: String
    let number: Int32
    /// From just before it was started until it said that it was ready, in seconds.
    private(set) var startTime = 0.0
    private let workshop: Workshop
    private var program: FollowedProgram
    private var text: [UInt8] = []
    /// The whole lines that it has written and nobody has taken.
    private var lines: [String] = []
    private var hasEnded = false
    /// The lines that it wrote last, taken or not.
    private var lastWords: [String] = []
    private(set) var readyLine = ""

    /// Returns once it has said `ready`.
    ///
    /// - Parameters:
    ///   - mark: what a line holds that says it is ready.
    ///   - isGuarded: the system ends it with this thread; costs the start some time.
    ///   - seconds: until then it has to be ready.
    init(
        _ workshop: Workshop, _ name: String, _ path: String, _ arguments: [String], readyAt mark: String = " ready ",
        environment: [String: String] = [:], isGuarded: Bool = true,
        within seconds: Int64 = 120
    ) throws {
        self.name = name
        self.workshop = workshop
        let begin = SystemClock.monotonic()
        let guarded = ["--pdeathsig", "KILL", "--", path] + arguments
        let started = try FollowedProgram(
            starting: isGuarded ? "setpriv" : path, isGuarded ? guarded : arguments, environment: environment,
            joiningErrors: true)
        number = started.number
        program = started
        try workshop.keep(number)
        readyLine = try awaitLine(mark, within: seconds)
        startTime = Double(SystemClock.monotonic() - begin) / 1e6
    }

    deinit { workshop.release(number) }

    /// As `kill -9` does; it is collected with this object.
    func kill() { Glibc.kill(number, SIGKILL) }

    /// Until a line holds this. Returns it; the lines before it are gone.
    @discardableResult func awaitLine(_ mark: String, within seconds: Int64) throws -> String {
        let deadline = SystemClock.monotonic() + seconds * 1_000_000
        while true {
            if let line = next(mark) { return line }
            let rest = deadline - SystemClock.monotonic()
            guard rest > 0 else { throw Failure("\(name) did not say \"\(mark)\" within \(seconds) s") }
            var watched = program.fileDescriptors().map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            // One that has ended has nothing to wait for.
            if !hasEnded { poll(&watched, nfds_t(watched.count), Int32(rest / 1000 + 1)) }
            try drain()
        }
    }

    /// The first line that holds this, of those that were drained; the lines up to it are gone.
    func next(_ mark: String) -> String? {
        guard let index = lines.firstIndex(where: { $0.contains(mark) }) else {
            lines.removeAll(keepingCapacity: true)
            return nil
        }
        defer { lines.removeSubrange(...index) }
        return lines[index]
    }

    /// Takes what it has written: a full pipe would stop it.
    func drain() throws {
        while true {
            switch program.read() {
            case .bytes(let bytes):
                text += bytes
                let known = lines.count
                while let end = text.firstIndex(of: 0x0A) {
                    lines.append(String(decoding: text[..<end], as: UTF8.self))
                    text.removeSubrange(...end)
                }
                lastWords = (lastWords + lines[known...]).suffix(5)
            case .nothing: return
            case .ended:
                // What it said last may be what somebody waits for.
                if !hasEnded {
                    hasEnded = true
                    if !lines.isEmpty { return }
                }
                throw Failure("\(name) has ended: \(lastWords.joined(separator: "\n"))")
            }
        }
    }

    /// What it said that it is bound to.
    func endpoint(_ key: String) throws -> String {
        guard let field = readyLine.split(separator: " ").first(where: { $0.hasPrefix("\(key)=") }) else {
            throw Failure("\(name) does not say its \(key): \(readyLine)")
        }
        return String(field.dropFirst(key.utf8.count + 1))
    }
}

internal import Foundation
internal import LinuxSystem
internal import OwnThread
internal import Synchronization

/// A real fail2ban-server with a folder, a configuration, a database and a log of its own, for as long as this object
/// lives; it ends with the test's process, too. As many as wanted run side by side.
///
/// Times in its log are UTC unless told otherwise.
public final class RealFail2Ban: Sendable {
    /// Whether this machine has fail2ban; for `.enabled(if:)`.
    public static let isInstalled = access("/usr/bin/fail2ban-server", X_OK) == 0

    /// fail2ban-client, for those who speak to the server by themselves; they need `-s` ``socket``.
    public static let clientProgram = "/usr/bin/fail2ban-client"

    /// Everything is in here: the configuration, the logs, the socket.
    public let folder: String
    public let socket: String
    public let logPath: String
    private let timeZone: String
    private let keeper = Mutex<Process?>(nil)

    /// What fail2ban-client answered: both outputs, and 0 or 255.
    public struct Reply: Sendable {
        public let status: Int32
        public let output: String
        public let error: String
    }

    /// What went wrong with the server itself, with what it wrote.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Writes the configuration and starts the server; returns when all jails run.
    public init(_ jails: [RealJail], logLevel: String = "INFO", timeZone: String = "UTC") async throws {
        folder = NSTemporaryDirectory() + "f2b-" + UUID().uuidString.prefix(8)
        socket = folder + "/s"
        logPath = folder + "/fail2ban.log"
        self.timeZone = timeZone
        try configure(jails, logLevel: logLevel)
        do {
            try await start()
        } catch {
            try await kill9()
            throw error
        }
    }

    deinit {
        guard let process = keeper.withLock({ $0 }), process.isRunning else {
            // What cannot be removed is only litter in the temporary folder.
            try? FileManager.default.removeItem(atPath: folder)
            return
        }
        kill(process.processIdentifier, SIGUSR1)
    }

    /// Writes the configuration anew; it takes effect with `reload` or ``start()``.
    public func configure(_ jails: [RealJail], logLevel: String = "INFO") throws {
        let files = FileManager.default
        for name in ["action.d", "filter.d"] {
            try files.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        try write(
            """
            [Definition]
            loglevel = \(logLevel)
            logtarget = \(logPath)
            syslogsocket = auto
            socket = \(socket)
            pidfile = \(folder)/pid
            dbfile = \(folder)/db.sqlite3
            dbpurgeage = 1d
            dbmaxmatches = 10
            allowipv6 = auto
            [Thread]
            """, to: "fail2ban.conf")
        try write("[Definition]\nfailregex = ^ failed from <ADDR>$\nignoreregex =\n", to: "filter.d/failures.conf")
        for jail in jails {
            if let action = jail.action { try write(action, to: "action.d/\(jail.name).conf") }
            if !files.fileExists(atPath: failureLog(of: jail.name)) { try write("", to: "\(jail.name).failures") }
        }
        try write(jails.map { $0.section(logPath: failureLog(of: $0.name)) }.joined(separator: "\n"), to: "jail.conf")
    }

    /// The lines of fail2ban.log so far, whole ones only.
    public func logLines() throws -> [String] {
        guard let data = FileManager.default.contents(atPath: logPath) else { return [] }
        var lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        lines.removeLast()  // what stands behind the last newline: nothing, or half a line
        return lines.map(String.init)
    }

    /// Makes an address fail in a jail that has a filter; fail2ban sees it within a second.
    public func fail(_ addresses: String..., in jail: String) throws {
        let stamp = ISO8601DateFormatter.string(
            from: Date(), timeZone: try zone, formatOptions: [.withFullDate, .withTime, .withColonSeparatorInTime])
        let lines = addresses.map { stamp.replacing("T", with: " ") + " failed from \($0)\n" }
        guard let file = FileHandle(forWritingAtPath: failureLog(of: jail)) else {
            throw Failure(description: "no jail \(jail) with a filter")
        }
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: Data(lines.joined().utf8))
    }

    /// Runs fail2ban-client with these words.
    @discardableResult public func client(_ words: String...) async throws -> Reply {
        try await client(words)
    }

    /// As ``client(_:)``, for as many addresses as wanted.
    @discardableResult public func client(_ words: [String]) async throws -> Reply {
        let result = await runProgramAside(
            Self.clientProgram, ["-c", folder, "-s", socket, "-p", folder + "/pid"] + words,
            environment: ["LC_ALL": "C", "TZ": timeZone], timeLimit: .seconds(60), outputLimit: 1 << 24)
        guard case .exited(let status, let output, let error) = result else {
            throw Failure(description: "fail2ban-client \(words): \(result)")
        }
        return Reply(
            status: status, output: String(decoding: output, as: UTF8.self),
            error: String(decoding: error, as: UTF8.self))
    }

    /// Starts the server, which must not run; returns when all jails run.
    public func start() async throws {
        // What a killed server leaves behind would keep the next one from starting.
        for name in ["s", "pid"] { unlink("\(folder)/\(name)") }
        try write("", to: "output")
        let before = try logLines().count
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments =
            ["-c", Self.keeperProgram, "\(getpid())", folder, "fail2ban-server"]
            + ["-c", folder, "-s", socket, "-p", folder + "/pid", "-f", "start"]
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C", "TZ": timeZone]) { $1 }
        process.standardInput = FileHandle.nullDevice
        let output = FileHandle(forWritingAtPath: folder + "/output")
        process.standardOutput = output
        process.standardError = output
        try process.run()
        keeper.withLock { $0 = process }
        try await eventually("fail2ban is ready") {
            let text = try String(contentsOfFile: self.folder + "/output", encoding: .utf8)
            if text.contains("Server ready") {
                // It says so even when it refused its configuration, and stops.
                let fault = try self.logLines().dropFirst(before).first { $0.contains("ERROR   NOK: ") }
                if let fault { throw Failure(description: "fail2ban did not start: \(fault)") }
                return true
            }
            guard self.isRunning else { throw Failure(description: "fail2ban did not start: \(text)") }
            return false
        }
    }

    public var isRunning: Bool { keeper.withLock { $0?.isRunning == true } }

    /// Stops the server as an administrator does; returns when it has ended.
    public func stop() async throws {
        try await client("stop")
        try await eventually("fail2ban has ended") { !self.isRunning }
    }

    /// Ends the server with SIGKILL; returns when it has ended. An action that it has started goes on to its end.
    public func kill9() async throws {
        guard let process = keeper.withLock({ $0 }), process.isRunning else { return }
        process.terminate()
        try await eventually("fail2ban is dead") { !self.isRunning }
    }

    /// Runs the server in a group of its own and kills that group on SIGTERM; on SIGUSR1, and when the test's process
    /// is gone, it removes the folder, too.
    ///
    /// Not PR_SET_PDEATHSIG: that counts the thread that spawned, and the threads of a test come and go.
    private static let keeperProgram = """
        import os, shutil, signal, subprocess, sys
        parent, folder = int(sys.argv[1]), sys.argv[2]
        done = False
        def end(number, _):
            global done
            done = number == signal.SIGUSR1
            sys.exit()
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGUSR1, end)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])  # threads of Swift block nearly all
        server = subprocess.Popen(sys.argv[3:], start_new_session=True)
        try:
            while os.getppid() == parent:
                try:
                    sys.exit(server.wait(timeout=0.2))
                except subprocess.TimeoutExpired:
                    pass
            done = True
        finally:
            try:
                os.killpg(server.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            server.wait()
            if done:
                shutil.rmtree(folder, ignore_errors=True)
        """

    private var zone: TimeZone {
        get throws {
            guard let zone = TimeZone(identifier: timeZone) else { throw Failure(description: "no zone \(timeZone)") }
            return zone
        }
    }

    private func failureLog(of jail: String) -> String { "\(folder)/\(jail).failures" }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }
}

import Foundation
import Glibc
import RealFail2Ban
import Testing

// Attackers come from 198.18.0.0/15, 198.51.100.0/24 and 203.0.113.0/24: a machine's own address, which is exempt, may be
// in 192.0.2.0/24 where machines are made for tests.

/// A folder of the test's own, gone with it.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/fail2ban-cluster-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func append(_ text: String, to name: String) throws {
        let path = file(name)
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    func rename(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: file(name), toPath: file(other))
    }

    /// The whole lines of it: its writer may be in the middle of the last one.
    ///
    /// - Parameter offset: what stands before, in bytes, is left out.
    func lines(of name: String, from offset: UInt64 = 0) -> [Substring] {
        guard let reader = FileHandle(forReadingAtPath: file(name)) else { return [] }
        try! reader.seek(toOffset: offset)
        let text = String(decoding: (try? reader.readToEnd()) ?? Data(), as: UTF8.self)
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return text[..<end].split(separator: "\n")
    }
}

/// One of our daemons, as it was built, with a configuration and a state folder of its own.
final class Daemon {
    static let binaries = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

    let name: String
    let folder = try! Folder()
    private let environment: [String: String]
    private let wrapper: [String]
    private var process: Process?

    /// Starts it, and returns once it says that it is ready.
    ///
    /// - Parameters:
    ///   - general: lines for [general], beside hostname and statedir.
    ///   - state: the host's state folder; nil: one of its own.
    ///   - section: the daemon's own section with its head.
    ///   - environment: variables beside those of the test itself.
    ///   - wrapper: a program, and its arguments, that in the end becomes the daemon.
    init(
        _ name: String, host: String, general: String = "", state: String? = nil, section: String,
        environment: [String: String] = [:], wrapper: [String] = []
    ) async throws {
        self.name = name
        self.wrapper = wrapper
        self.environment = environment
        try FileManager.default.createDirectory(atPath: folder.file("state"), withIntermediateDirectories: true)
        try """
        [general]
        hostname = \(host)
        statedir = \(state ?? folder.file("state"))
        \(general)
        \(section)
        """.write(toFile: folder.file("conf"), atomically: true, encoding: .utf8)
        try await start()
    }

    /// Runs one of our programs to its end.
    ///
    /// - Parameter wrapper: a program, and its arguments, that becomes ours.
    static func run(
        _ name: String, _ arguments: [String], wrapper: [String] = []
    ) throws -> (status: Int32, output: String, error: String) {
        let process = Process()
        let (output, error) = (Pipe(), Pipe())
        let command = wrapper + [binaries.appendingPathComponent(name).path] + arguments
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let texts = [output, error].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return (process.terminationStatus, texts[0], texts[1])
    }

    deinit {
        if let process, process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
    }

    var pid: Int32 { process?.processIdentifier ?? 0 }
    var log: [Substring] { folder.lines(of: "log") }

    func start() async throws {
        try folder.append("", to: "log")
        let process = Process()
        let command =
            wrapper + [
                Self.binaries.appendingPathComponent(name).path, "--config", folder.file("conf"), "--log-level",
                "debug",
            ]
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(["TZ": "UTC"]) { $1 }
            .merging(environment) { $1 }
        let output = try #require(FileHandle(forWritingAtPath: folder.file("log")))
        let begin = try output.seekToEnd()
        process.standardError = output
        process.standardOutput = output
        try process.run()
        self.process = process
        try await eventually(within: .seconds(30)) {
            self.folder.lines(of: "log", from: begin).contains { $0.contains(" ready ") } || !process.isRunning
        }
        try #require(process.isRunning, "\(name) ended: \(log.joined(separator: "\n"))")
    }

    /// Changes its configuration file, and makes it read that again. Returns what it then says.
    func reload(_ change: (inout String) -> Void) async throws -> [Substring] {
        try rewrite(change)
        let before = log.count
        Glibc.kill(pid, SIGHUP)
        try await eventually(within: .seconds(20)) {
            self.log.dropFirst(before).contains { $0.contains("read again") || $0.contains("stays as it was") }
        }
        return Array(log.dropFirst(before))
    }

    /// Changes its configuration file, for its next start.
    func rewrite(_ change: (inout String) -> Void) throws {
        var text = try String(contentsOfFile: folder.file("conf"), encoding: .utf8)
        change(&text)
        try text.write(toFile: folder.file("conf"), atomically: true, encoding: .utf8)
    }

    func kill9() {
        guard let process else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM. Returns its exit status.
    func stop() -> Int32 {
        guard let process else { return -1 }
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// What it said that it is bound to.
    func endpoint(_ key: String) throws -> String {
        let line = try #require(log.last { $0.contains(" ready ") })
        let field = try #require(line.split(separator: " ").first { $0.hasPrefix("\(key)=") })
        return String(field.dropFirst(key.count + 1))
    }

    /// Voluntary and involuntary context switches of all its threads, so far.
    func contextSwitches() throws -> [String: Int] {
        var switches: [String: Int] = [:]
        for task in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task") {
            let status = try String(contentsOfFile: "/proc/\(pid)/task/\(task)/status", encoding: .utf8)
            let thread = status.split(separator: "\n").first.map { $0.dropFirst(6) } ?? ""
            for line in status.split(separator: "\n") where line.contains("ctxt_switches") {
                switches["\(task) \(thread)", default: 0] += Int(line.split(separator: "\t").last ?? "") ?? 0
            }
        }
        return switches
    }
}

/// A hub, and what it takes to speak with it.
struct TestHub {
    let publisher: Daemon
    let replies: String
    let broadcasts: String
    /// What all that belongs to it is started by.
    private let wrapper: [String]

    init(
        _ more: String = "", name: String = "hub", general: String = "", replies: String = "tcp://127.0.0.1:*",
        broadcasts: String = "tcp://127.0.0.1:*", wrapper: [String] = []
    ) async throws {
        publisher = try await Daemon(
            "fail2ban-publisher", host: name, general: general,
            section: """
                [publisher]
                replybindurl = \(replies)
                broadcasterbindurl = \(broadcasts)
                \(more)
                """, wrapper: wrapper)
        self.wrapper = wrapper
        self.replies = try publisher.endpoint("replies")
        self.broadcasts = try publisher.endpoint("broadcasts")
    }

    /// What it is bound to once, it is bound to again when it is started.
    func stayWhereItIs() throws {
        try publisher.rewrite {
            $0.replace(/replybindurl = tcp:.*/, with: "replybindurl = \(replies)")
            $0.replace(/broadcasterbindurl = tcp:.*/, with: "broadcasterbindurl = \(broadcasts)")
        }
    }

    /// Killed, and started again where it was.
    func restart() async throws {
        try stayWhereItIs()
        publisher.kill9()
        try await publisher.start()
    }

    /// What it has broadcast so far: `HOST|JAIL|ACTION|ADDRESS`.
    var broadcast: [Substring] {
        publisher.log.filter { $0.contains(" broadcast ") }.map { $0[$0.range(of: "message=")!.upperBound...] }
    }

    /// - Parameter socket: of the host's fail2ban; nil: there is none, and nobody is asked.
    func monitor(host: String, log: String, socket: String?, state: String? = nil, more: String = "") async throws
        -> Daemon
    {
        try await Daemon(
            "fail2ban-monitor", host: host, general: socket.map { "fail2bansocket = \($0)" } ?? "fail2banclient =",
            state: state,
            section: """
                [monitor]
                zmqreplyserver = \(replies)
                fail2banlogpath = \(log)
                \(more)
                """, wrapper: wrapper)
    }

    /// Returns once it holds what the hub holds.
    func subscriber(
        host: String, general: String = "", state: String? = nil, _ action: String, wrapper: [String]? = nil
    ) async throws -> Daemon {
        let known = subscriptions
        let daemon = try await Daemon(
            "fail2ban-subscriber", host: host, general: general, state: state,
            section: """
                [subscriber]
                zmqpublisherurl = \(broadcasts)
                zmqreplyserver = \(replies)
                \(action)
                """, wrapper: wrapper ?? self.wrapper)
        try await eventually(within: .seconds(20)) {
            subscriptions > known && daemon.log.contains { $0.contains(" in step ") }
        }
        return daemon
    }

    var subscriptions: Int { publisher.log.filter { $0.contains(" subscribed ") }.count }
}

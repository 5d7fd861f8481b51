import Foundation
import Glibc
import RealFail2Ban
import Testing

/// A program that stands in for one of the original's daemons.
final class Original {
    private let process = Process()
    private let folder: Folder

    /// Starts it, and returns once it is ready.
    init(_ name: String, _ arguments: [String]) async throws {
        folder = try Folder()
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Original/\(name).py").path
        try folder.append("", to: "out")
        let output = try #require(FileHandle(forWritingAtPath: folder.file("out")))
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [script] + arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try await eventually("\(name) is ready") { self.said.contains { $0.hasPrefix("ready") } || !self.isAlive }
        try #require(isAlive, "\(said)")
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    func kill9() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    var isAlive: Bool { process.isRunning }
    var said: [Substring] { folder.lines(of: "out") }
}

import Foundation
import Glibc
import OwnThread
import Testing

/// A process with a store of its own (Tests/StoreWriter), its lines, and what it is told.
final class WriterProcess: @unchecked Sendable {
    static let program =
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/store-writer"

    let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer = Data()

    /// - Parameter command: what runs it; `$0` of a shell is the program.
    init(_ command: [String]) throws {
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    convenience init(path: String) throws { try self.init([Self.program, path]) }

    func tell(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

    /// The next line; nil at the end.
    func line() async -> String? {
        await onOwnThread("reads") {
            while true {
                if let end = self.buffer.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: self.buffer[..<end], as: UTF8.self)
                    self.buffer.removeSubrange(...end)
                    return line
                }
                let more = self.output.fileHandleForReading.availableData
                if more.isEmpty { return nil }
                self.buffer += more
            }
        }
    }

    /// The lines up to the first that begins so.
    @discardableResult
    func lines(to beginning: String) async throws -> [String] {
        var lines: [String] = []
        while true {
            let line = try #require(await line(), "ended after \(lines)")
            lines.append(line)
            if line.hasPrefix(beginning) { return lines }
        }
    }

    func kill() { Glibc.kill(process.processIdentifier, SIGKILL) }

    func ended() async { await onOwnThread("waits") { self.process.waitUntilExit() } }
}

import Foundation
import Glibc
import RealFail2Ban
import Testing

/// `fail2ban-cluster watch`, and when the hub that it listens to broadcast what.
final class Watch {
    private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private let process = Process()
    private let folder = try! Folder()

    /// Returns once it listens.
    ///
    /// - Parameters:
    ///   - configuration: of a host that the hub lets in.
    ///   - wrapper: a program, and its arguments, that in the end becomes the watch.
    init(configuration: String, wrapper: [String] = []) async throws {
        let command =
            wrapper + [
                Daemon.binaries.appendingPathComponent("fail2ban-cluster").path, "watch", "--json", "--config",
                configuration,
            ]
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        for name in ["heard", "notes"] { try folder.append("", to: name) }
        process.standardOutput = FileHandle(forWritingAtPath: folder.file("heard"))
        process.standardError = FileHandle(forWritingAtPath: folder.file("notes"))
        try process.run()
        try await eventually("the watch listens", within: .seconds(30)) {
            self.folder.lines(of: "notes").contains { $0.contains("listening to") }
        }
    }

    deinit {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
    }

    /// The addresses of all reports so far, and when the first one of each was heard.
    func heard() throws -> [String: Date] {
        var heard: [String: Date] = [:]
        for line in folder.lines(of: "heard") {
            let report = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let address = try #require(report["address"] as? String)
            if heard[address] == nil { heard[address] = try Self.time.parse(#require(report["time"] as? String)) }
        }
        return heard
    }
}

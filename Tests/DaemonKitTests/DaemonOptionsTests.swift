import ArgumentParser
import ClusterConfiguration
import Foundation
import LinuxSystem
import Logging
import Testing

@testable import DaemonKit

@Suite struct DaemonOptionsTests {
    private struct Example: Daemon {
        static let name = "fail2ban-example"
        static let abstract = "An example."
        static let discussion = "It does nothing."

        static func serve(
            _ section: MonitorSection, _ general: GeneralSection, _ logger: Logger,
            under supervision: inout Supervision<MonitorSection>
        ) {
            Issue.record("--check touches nothing")
        }
    }

    private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).conf").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func status(of arguments: [String]) async -> Int32 {
        do {
            var command = try DaemonCommand<Example>.parseAsRoot(arguments)
            try command.run()
            return 0
        } catch {
            return DaemonCommand<Example>.exitCode(for: error).rawValue
        }
    }

    @Test func `options are the same with and without the sub-command run`() throws {
        for arguments in [
            ["--config", "/a.conf", "--log-level", "debug", "-n"],
            ["run", "--config", "/a.conf", "--log-level", "DEBUG", "--check"],
        ] {
            let command = try #require(try DaemonCommand<Example>.parseAsRoot(arguments) as? RunCommand<Example>)
            #expect(command.options.path == "/a.conf")
            #expect(command.options.logLevel == .debug)
            #expect(command.options.check)
        }
    }

    @Test(arguments: [["--nonsense"], ["--log-level", "loud"], ["--config"], ["fly"]])
    func `wrong use ends with 64`(arguments: [String]) async {
        #expect(await status(of: arguments) == 64)
    }

    @Test(arguments: [
        "[monitor]\nzmqreplyserver = nonsense",
        "[publisher]\nreplybindurl = tcp://*:1\nbroadcasterbindurl = tcp://*:2",
        "",
    ])
    func `a wrong configuration, or none for this daemon, ends with 78`(text: String) async throws {
        try await withFile("[general]\nhostname = a\n" + text) { path in
            #expect(await status(of: ["--check", "--config", path]) == 78)
            #expect(await status(of: ["--config", path]) == 78)
        }
    }

    @Test func `a file that is not there ends with 78`() async {
        #expect(await status(of: ["--config", "/nonexistent/fail2ban-cluster.conf"]) == 78)
    }

    @Test func `a check of a right configuration ends with 0 and starts nothing`() async throws {
        try await withFile("[general]\nhostname = a\n[monitor]\nzmqreplyserver = tcp://127.0.0.1:5678") { path in
            #expect(await status(of: ["-n", "--config", path]) == 0)
            #expect(await status(of: ["run", "--check", "--config", path]) == 0)
        }
    }
}

import Foundation
import LinuxSystem
import OwnThread
import Testing

@testable import DaemonKit

@Suite(.timeLimit(.minutes(10))) struct PidFileTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/pidfile-\(UUID().uuidString)"
    private var path: String { folder + "/daemon.pid" }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func `it holds our number while it is held, and goes with it`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await onOwnThread("a pidfile") { [self] in
            let file = try PidFile(taking: path)
            #expect(try text() == "\(OwnProcess.number)\n")
            #expect(try PidFile.holder(of: path) == OwnProcess.number)
            #expect(throws: PidFile.Refusal.taken(process: OwnProcess.number, path: path)) {
                _ = try PidFile(taking: path)
            }
            try file.remove()
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(try PidFile.holder(of: path) == nil)
        }
    }

    @Test(arguments: ["", "1\n", "4194303\n", "12", " 7 \r\n"])
    func `one that nobody has locked is a dead daemon's, whoever has its number now`(text: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try await onOwnThread("a pidfile") { [self] in
            #expect(try PidFile.holder(of: path) == nil)
            let file = try PidFile(taking: path)
            #expect(try self.text() == "\(OwnProcess.number)\n")
            try file.remove()
        }
    }

    @Test(arguments: ["root:x:0:0:root:/root:/bin/sh\n", "123 a\n", "\(String(repeating: "1", count: 40))\n"])
    func `a file that holds something else stays as it is`(text: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        _ = await onOwnThread("a pidfile") { [self] in
            #expect(throws: PidFile.Refusal.notOurs(path: path)) { _ = try PidFile(taking: path) }
        }
        #expect(try self.text() == text)
    }

    @Test func `what took its name meanwhile is not removed`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await onOwnThread("a pidfile") { [self] in
            let file = try PidFile(taking: path)
            try FileManager.default.removeItem(atPath: path)
            try "1234\n".write(toFile: path, atomically: false, encoding: .utf8)
            try file.remove()
            #expect(try text() == "1234\n")
        }
    }
}

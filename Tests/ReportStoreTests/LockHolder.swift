import Foundation
import Testing

/// Another process that holds the lock for writing.
final class LockHolder {
    private let process = Process()
    private let input = Pipe()

    /// Returns when the lock is held.
    init(_ path: String) async throws {
        let script = """
            import sqlite3, sys
            connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=50)
            connection.execute("BEGIN IMMEDIATE")
            print("held", flush=True)
            sys.stdin.read()
            """
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script, path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        #expect(try output.fileHandleForReading.read(upToCount: 5) == Data("held\n".utf8))
    }

    func release() async {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

import Foundation
import LinuxSystem
import Testing

@Suite struct SystemTests {
    @Test func `an error tells the call, its path and the reason`() {
        let error = SystemError(operation: "open /x", code: EACCES)
        #expect(error.description == "open /x: Permission denied")
        #expect(error.isNotPermitted && !error.isMissing && !error.isFull)
        #expect(SystemError(operation: "open /x", code: ENOENT).isMissing)
        #expect(SystemError(operation: "write", code: ENOSPC).isFull)
    }

    @Test func `the wall clock counts microseconds since 1970`() {
        let before = Date().timeIntervalSince1970
        let wall = Double(SystemClock.wall()) / 1_000_000
        let after = Date().timeIntervalSince1970
        #expect(wall >= before - 0.001 && wall <= after + 0.001)
    }

    @Test func `the monotonic clock goes on and never back`() {
        let start = SystemClock.monotonic()
        var last = start
        while last < start + 1000 {
            let now = SystemClock.monotonic()
            #expect(now >= last)
            last = now
        }
    }

    @Test func `code that ran once is not resident any more, and runs again`() throws {
        func resident() throws -> Int {
            let status = String(decoding: try FileSystem.read("/proc/self/status", limit: 1 << 16), as: UTF8.self)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
            return try #require(
                line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) })
        }
        let before = try resident()
        OwnProcess.letGoOfCode()
        #expect(try resident() < before)
    }
}

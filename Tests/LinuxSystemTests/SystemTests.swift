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
}

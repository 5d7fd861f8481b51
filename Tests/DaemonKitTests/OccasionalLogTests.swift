import Testing

@testable import DaemonKit

@Suite struct OccasionalLogTests {
    private func said(_ log: inout OccasionalLog, _ kind: String, _ now: Int64) -> Int? {
        var result: Int?
        log.say(kind, at: now) { result = $0 }
        return result
    }

    @Test func `a kind is said at once, and then once a minute with what was kept back`() {
        var log = OccasionalLog()
        let start: Int64 = 7
        #expect(said(&log, "a", start) == 0)
        #expect(said(&log, "a", start + 1) == nil)
        #expect(said(&log, "b", start + 2) == 0)
        #expect(said(&log, "a", start + OccasionalLog.interval - 1) == nil)
        #expect(said(&log, "a", start + OccasionalLog.interval) == 2)
        #expect(said(&log, "a", start + OccasionalLog.interval + 1) == nil)
        #expect(said(&log, "a", start + 3 * OccasionalLog.interval) == 1)
    }

    @Test func `so many kinds are remembered and no more`() {
        var log = OccasionalLog()
        for number in 0...OccasionalLog.capacity { _ = said(&log, "\(number)", Int64(number)) }
        #expect(said(&log, "1", 2_000) == nil)
        #expect(said(&log, "\(OccasionalLog.capacity)", 2_000) == nil)
        #expect(said(&log, "0", 2_000) == 0, "the oldest was forgotten")
    }
}

import ClusterCore
import Testing

@Suite struct RateLimitTests {
    private static let second: Int64 = 1_000_000

    @Test func `a client may ask for ten seconds' worth at once, and then at the rate`() {
        var limit = RateLimit<String>(rate: 100)
        var taken = 0
        while limit.mayAsk("a", at: 0) {
            limit.charge("a", 1, at: 0)
            taken += 1
        }
        #expect(taken == 1_000)
        #expect(!limit.mayAsk("a", at: 0))
        // A hundred a second from then on.
        taken = 0
        for step in 1...1_000 {
            let now = Int64(step) * Self.second / 100
            if limit.mayAsk("a", at: now) {
                limit.charge("a", 1, at: now)
                taken += 1
            }
        }
        #expect(taken == 1_000)
    }

    @Test func `schedule 20: a batch over the limit is taken, and paid back`() {
        var limit = RateLimit<String>(rate: 10)
        #expect(limit.mayAsk("a", at: 0))
        limit.charge("a", 3_000, at: 0)
        #expect(!limit.mayAsk("a", at: 289 * Self.second))
        #expect(limit.mayAsk("a", at: 291 * Self.second))
    }

    @Test func `schedule 19: one that floods costs the others nothing`() {
        var limit = RateLimit<String>(rate: 100)
        for _ in 0..<100_000 where limit.mayAsk("flood", at: 0) { limit.charge("flood", 1, at: 0) }
        #expect(!limit.mayAsk("flood", at: 0))
        #expect(limit.mayAsk("a", at: 0))
    }

    @Test func `nothing adds up to more than ten seconds' worth, however long a client was silent`() {
        var limit = RateLimit<String>(rate: 100)
        limit.charge("a", 500, at: 0)
        let later = 1_000_000 * Self.second
        limit.charge("a", 999, at: later)
        #expect(limit.mayAsk("a", at: later))
        limit.charge("a", 1, at: later)
        #expect(!limit.mayAsk("a", at: later))
    }

    @Test(arguments: [1, 10_000_000]) func `no number is too large`(rate: Int) {
        var limit = RateLimit<String>(rate: rate)
        limit.charge("a", .max, at: 0)
        limit.charge("a", .max, at: 1)
        #expect(!limit.mayAsk("a", at: Self.second))
        #expect(!limit.mayAsk("a", at: .max) || rate > 1)
        // A clock that goes back gives nothing.
        limit.charge("b", 1, at: .max)
        #expect(limit.mayAsk("b", at: 0))
    }

    @Test func `who owes nothing is forgotten, who owes is not`() {
        var limit = RateLimit<Int>(rate: 1)
        limit.charge(-1, 1_000, at: 0)
        for client in 0..<30_000 { limit.charge(client, 1, at: Int64(client) * Self.second / 100) }
        #expect(limit.count <= 10_001)
        #expect(!limit.mayAsk(-1, at: 300 * Self.second))
    }

    @Test func `a new rate counts from the next question on`() {
        var limit = RateLimit<String>(rate: 1)
        limit.charge("a", 20, at: 0)
        #expect(!limit.mayAsk("a", at: Self.second))
        limit.reconfigure(rate: 100)
        #expect(limit.mayAsk("a", at: Self.second))
    }
}

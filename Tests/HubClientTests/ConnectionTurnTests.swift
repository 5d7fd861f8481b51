import Testing

@testable import HubClient

@Suite struct ConnectionTurnTests {
    private static func attempt(_ begun: Int64, reached: Int64? = nil) -> ConnectionAttempt {
        var attempt = ConnectionAttempt(begun: begun)
        if let reached { attempt.isReached(at: reached) }
        return attempt
    }

    private static func turn(_ broadcasts: ConnectionAttempt?, _ replies: ConnectionAttempt?) -> String? {
        ConnectionTurn(broadcasts: broadcasts, replies: replies).map { "\($0.road) at \($0.due)" }
    }

    /// In microseconds.
    @Test(arguments: [
        // Both at once: each has its 900 ms, and from then on they alternate.
        (0, 0, "broadcasts at 900000"), (900_000, 0, "replies at 1350000"),
        (900_000, 1_350_000, "broadcasts at 1800000"),
        (1_800_000, 1_350_000, "replies at 2250000"),
        // One that has just begun is half a period before the other's next, however old that is.
        (0, 2_000_000, "broadcasts at 2450000"), (100_000, 0, "replies at 900000"),
    ])
    func `of two roads that are both cut, the one tried longer ago is next`(
        broadcasts: Int64, replies: Int64, expected: String
    ) {
        #expect(Self.turn(Self.attempt(broadcasts), Self.attempt(replies)) == expected)
    }

    @Test func `once one is open the other is tried at once, unless its attempt began together with that`() {
        let open = Self.attempt(1_000_000, reached: 1_030_000)
        #expect(Self.turn(open, Self.attempt(1_019_999)) == "replies at 1030000")
        #expect(Self.turn(Self.attempt(1_019_999), open) == "broadcasts at 1030000")
        for begun: Int64 in [1_020_000, 1_030_000, 5_000_000] {
            #expect(Self.turn(open, Self.attempt(begun)) == nil)
            #expect(Self.turn(Self.attempt(begun), open) == nil)
        }
    }

    @Test func `where both are open, or one is left alone, nobody has a turn`() {
        let (cut, open) = (Self.attempt(0), Self.attempt(0, reached: 20_000))
        #expect(Self.turn(open, open) == nil)
        for other in [cut, open] {
            #expect(Self.turn(nil, other) == nil)
            #expect(Self.turn(other, nil) == nil)
        }
    }

    @Test func `what was reached first counts`() {
        var attempt = Self.attempt(0, reached: 20_000)
        attempt.isReached(at: 700_000)
        #expect(attempt == Self.attempt(0, reached: 20_000))
    }
}

import Testing

@testable import ClusterCore

@Suite struct FloodRestTests {
    @Test func `a flood ends the turn, and nothing is read for a millisecond`() {
        var rest = FloodRest()
        rest.beginTurn()
        let early = (1..<FloodRest.flood).map { _ in rest.refused(at: 5) }
        #expect(!early.contains(true))
        #expect(rest.rest(at: 5) == nil)
        let isOver = rest.refused(at: 7)
        #expect(isOver)
        #expect(rest.rest(at: 7) == .milliseconds(1))
        #expect(rest.rest(at: 1_006) == .microseconds(1))
        #expect(rest.rest(at: 1_007) == nil)
    }

    @Test func `who is refused now and then holds nobody up`() {
        var rest = FloodRest()
        for turn in Int64(0)..<1_000 {
            rest.beginTurn()
            let refusals = (1..<FloodRest.flood).map { _ in rest.refused(at: turn) }
            #expect(!refusals.contains(true))
            #expect(rest.rest(at: turn) == nil)
        }
    }
}

import BanModel
import Testing

@testable import ClusterCore

@Suite struct HubClocksTests {
    /// What hubs say, by number, in seconds ahead of ours; and what follows.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var hubs = 1
        var said: [Int: Double] = [:]
        var offset: Double
        var now = start
    }

    @Test(arguments: [
        Case(testDescription: "within the tolerance", said: [0: 1.5], offset: 0),
        Case(testDescription: "ahead, and the only one", said: [0: 900], offset: 900),
        Case(testDescription: "behind, and the only one", said: [0: -900], offset: -900),
        Case(testDescription: "absurdly ahead", said: [0: 4_000], offset: 0),
        Case(testDescription: "in 2038", said: [0: 350_000_000], offset: 0),
        Case(testDescription: "in 1970", said: [0: -1_799_999_900], offset: -1_799_999_900),
        Case(
            testDescription: "ours was never set", said: [0: 1_799_999_900], offset: 1_799_999_900, now: .seconds(100)),
        Case(testDescription: "both say the same", hubs: 2, said: [0: 900, 1: 901], offset: 900),
        Case(testDescription: "the other one has not spoken", hubs: 2, said: [0: 900], offset: 0),
        Case(testDescription: "one is ahead", hubs: 2, said: [0: 0, 1: 900], offset: 0),
        Case(testDescription: "one is behind", hubs: 2, said: [0: 0, 1: -900], offset: -900),
        Case(testDescription: "one ahead, one behind", hubs: 2, said: [0: 900, 1: -900], offset: -900),
        Case(testDescription: "both ahead, not alike", hubs: 2, said: [0: 900, 1: 600], offset: 0),
        Case(testDescription: "two of three agree", hubs: 3, said: [0: 900, 1: 900, 2: 0], offset: 0),
    ])
    func `ends are moved so far, and never come earlier than any hub or, in doubt, our own clock says`(each: Case) {
        for order in [each.said.sorted { $0.key < $1.key }, each.said.sorted { $0.key > $1.key }] {
            var clocks = HubClocks(hubs: each.hubs)
            var highest = Duration.zero
            for (hub, seconds) in order {
                _ = clocks.learn(.seconds(seconds), from: hub, at: each.now)
                highest = max(highest, clocks.offset)
            }
            #expect(clocks.offset == .seconds(each.offset))
            // On the way there nobody was freed who is banned in the end.
            #expect(highest <= max(.zero, clocks.offset))
        }
    }

    @Test func `our own clock is set back by hours: the hub's time goes on`() {
        var clocks = HubClocks(hubs: 1)
        _ = clocks.learn(.zero, from: 0, at: start)
        clocks.step(by: .seconds(-7_200), at: start - .seconds(7_200))
        #expect(clocks.offset == .seconds(7_200))
        let isNew = clocks.learn(.seconds(7_200), from: 0, at: start - .seconds(7_100))
        #expect(isNew)
        #expect(clocks.offset == .seconds(7_200))
        #expect(clocks.isFollowed(0))
        // The hub's clock follows it an hour and more later: that is another matter.
        let isOther = clocks.learn(.seconds(12_000), from: 0, at: start - .seconds(7_000))
        #expect(isOther)
        #expect(clocks.offset == .zero)
        #expect(!clocks.isFollowed(0))
    }

    @Test func `what a hub said holds for a day after it was last heard`() {
        var clocks = HubClocks(hubs: 2)
        _ = clocks.learn(.seconds(-900), from: 0, at: start)
        for hour in 0...23 { _ = clocks.learn(.zero, from: 1, at: start + .seconds(Int64(hour) * 3_600)) }
        #expect(clocks.offset == .seconds(-900))
        _ = clocks.learn(.zero, from: 1, at: start + .seconds(86_400))
        #expect(clocks.offset == .zero)
    }

    @Test func `a clock that drifts is noticed, however slowly, and one that is right again is no difference`() {
        var clocks = HubClocks(hubs: 1)
        var noticed: [Int64] = []
        for second in [0, 1, 2, 3, 4, 5, 6, 0] as [Int64]
        where clocks.learn(.seconds(second), from: 0, at: start + .seconds(second)) { noticed.append(second) }
        #expect(noticed == [3, 6])
        #expect(clocks.offset == .zero)
    }
}

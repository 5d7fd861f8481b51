import Testing

@testable import HubClient

@Suite struct HubChoiceTests {
    private static let second: Int64 = 1_000_000

    private func wanted(_ choice: HubChoice, of count: Int, at now: Int64) -> [Int] {
        (0..<count).filter { choice.isWanted($0, at: now) }
    }

    @Test func `at the start the first is wanted alone, and the next one with it after a second`() {
        let choice = HubChoice(count: 3, at: 0)
        #expect(wanted(choice, of: 3, at: 0) == [0])
        #expect(choice.nextDeadline(after: 0) == Self.second)
        #expect(wanted(choice, of: 3, at: Self.second) == [0, 1, 2])
    }

    @Test func `the first that answers is used, and the others are not wanted any more`() {
        var choice = HubChoice(count: 3, at: 0)
        choice.answered(0, at: 10)
        #expect(choice.choose(at: 10) == 0)
        #expect(choice.choose(at: 11) == nil)
        #expect(wanted(choice, of: 3, at: 10 * Self.second) == [0])
        #expect(choice.nextDeadline(after: 10) == Self.second)  // of the second one, which is nobody's concern then
    }

    @Test func `when it is lost, the next one is wanted at once`() {
        var choice = HubChoice(count: 3, at: 0)
        choice.answered(0, at: 10)
        _ = choice.choose(at: 10)
        choice.lost(0, at: 100)
        #expect(choice.current == nil)
        #expect(wanted(choice, of: 3, at: 100) == [0, 1])
        choice.answered(1, at: 200)
        #expect(choice.choose(at: 200) == 1)
        #expect(wanted(choice, of: 3, at: 300 * Self.second) == [0, 1])
    }

    @Test func `one that is refused or never was there makes way at once too`() {
        var choice = HubChoice(count: 2, at: 0)
        choice.lost(0, at: 10)
        #expect(wanted(choice, of: 2, at: 10) == [0, 1])
    }

    @Test func `it goes back to the first after that has been there for ten seconds`() {
        var choice = HubChoice(count: 2, at: 0)
        choice.lost(0, at: 0)
        choice.answered(1, at: 0)
        #expect(choice.choose(at: 0) == 1)
        choice.answered(0, at: 5 * Self.second)
        #expect(choice.choose(at: 5 * Self.second) == nil)
        #expect(choice.nextDeadline(after: 5 * Self.second) == 15 * Self.second)
        #expect(choice.choose(at: 15 * Self.second - 1) == nil)
        #expect(choice.choose(at: 15 * Self.second) == 0)
        #expect(wanted(choice, of: 2, at: 15 * Self.second) == [0])
    }

    @Test func `it does not flap: a first that is lost again and again is tried for twice as long each time`() {
        var choice = HubChoice(count: 2, at: 0)
        var now: Int64 = 0
        choice.lost(0, at: now)
        choice.answered(1, at: now)
        _ = choice.choose(at: now)
        var trials: [Int64] = []
        for _ in 0..<8 {
            choice.answered(0, at: now)
            let back = now
            while choice.current != 0 {
                now = choice.nextDeadline(after: now) ?? now
                _ = choice.choose(at: now)
            }
            trials.append((now - back) / Self.second)
            now += Self.second
            choice.lost(0, at: now)
            #expect(choice.choose(at: now) == 1)
        }
        #expect(trials == [10, 20, 40, 80, 160, 320, 600, 600])
        // One that then stays for long is trusted as before.
        choice.answered(0, at: now)
        now += 600 * Self.second
        #expect(choice.choose(at: now) == 0)
        now += 601 * Self.second
        choice.lost(0, at: now)
        #expect(choice.choose(at: now) == 1)
        choice.answered(0, at: now)
        #expect(choice.choose(at: now + 10 * Self.second) == 0)
    }

    @Test func `where the current one is lost while another is there, that one is used`() {
        var choice = HubChoice(count: 3, at: 0)
        choice.lost(0, at: 0)
        choice.lost(1, at: 0)
        choice.answered(2, at: 1)
        _ = choice.choose(at: 1)
        choice.answered(0, at: 2)
        choice.lost(2, at: 3)
        #expect(choice.choose(at: 3) == 0)
    }
}

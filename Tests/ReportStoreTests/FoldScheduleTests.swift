import Testing

@testable import ReportStore

@Suite struct FoldScheduleTests {
    private static let second: Int64 = 1_000_000
    /// What the clock shows at the start.
    private static let begin: Int64 = 500_000_000

    private func schedule() -> FoldSchedule {
        var schedule = FoldSchedule()
        (schedule.few, schedule.most, schedule.calm) = (100, 1_000, 10)
        return schedule
    }

    /// What is stored when, in milliseconds, and whether a part is due then with so many waiting.
    private static let courses: [(String, stored: [(at: Int64, count: Int)], waiting: Int, at: Int64, isDue: Bool)] = [
        ("nothing is known of the time before the start", [], 101, 0, false),
        ("a second without any", [(0, 0)], 101, 1_000, true),
        ("a second is not over", [(0, 0)], 101, 999, false),
        ("too few are worth it", [(0, 0)], 100, 1_000, false),
        ("a trickle is calm", [(0, 1), (500, 9)], 101, 1_000, true),
        ("more than a trickle is not", [(0, 1), (500, 10)], 101, 1_000, false),
        ("a storm is over when a second held few", [(0, 101), (1_000, 1)], 102, 2_000, true),
        ("a storm goes on", [(0, 101), (1_000, 101)], 202, 2_000, false),
        ("a storm begins in a calm second", [(0, 1), (1_000, 1), (1_001, 10)], 112, 1_002, false),
        ("too many wait, whatever comes", [(0, 1_001)], 1_001, 0, true),
        ("not yet too many", [(0, 1_000)], 1_000, 0, false),
    ]

    @Test func `a part is due once few come, or too many wait`() {
        for course in Self.courses {
            var schedule = schedule()
            _ = schedule.isDue(0, at: Self.begin)
            for (at, count) in course.stored { schedule.stored(count, at: Self.begin + at * 1_000) }
            let isDue = schedule.isDue(course.waiting, at: Self.begin + course.at * 1_000)
            #expect(isDue == course.isDue, "\(course.0)")
        }
    }

    @Test func `nobody looks while too few wait, else when the second is over, and at once while it is due`() {
        var schedule = schedule()
        schedule.stored(101, at: Self.begin)
        #expect(schedule.nextLook(100) == nil)
        #expect(schedule.nextLook(101) == Self.begin + Self.second)
        #expect(schedule.nextLook(1_001) == 0)
        let isDue = (1...2).map { schedule.isDue(101, at: Self.begin + $0 * Self.second) }
        #expect(isDue == [false, true])
        #expect(schedule.nextLook(101) == 0, "the next part follows at once")
    }

    @Test func `where it does not succeed, it is tried again a minute later, also of too many`() {
        for waiting in [101, 1_001] {
            var schedule = schedule()
            schedule.stored(0, at: Self.begin)
            let now = Self.begin + Self.second
            let isDue = schedule.isDue(waiting, at: now)
            schedule.failed(at: now)
            #expect(schedule.nextLook(waiting) == now + 60 * Self.second)
            let isDueLater = [59, 60].map { schedule.isDue(waiting, at: now + $0 * Self.second) }
            #expect(isDue && isDueLater == [false, true])
            schedule.succeeded()
            #expect(schedule.nextLook(waiting) == 0)
        }
    }
}

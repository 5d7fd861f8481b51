import BanModel
import Testing

@testable import ClusterCore

/// A fail2ban that is given a backlog: what each call kept it busy for, in milliseconds.
private struct Backlog {
    var batch: BatchSize
    var now = start
    var sizes: [Int] = []
    var busy: [Double] = []

    init(startsProgram: Bool = false) { batch = BatchSize(startsProgram: startsProgram) }

    /// - Parameters:
    ///   - count: how many addresses.
    ///   - overhead: what a call costs without any, in milliseconds, by its number.
    ///   - cost: what an address costs.
    mutating func work(
        off count: Int, overhead: (Int) -> Double = { _ in 0 }, cost: Double, changing: (Int) -> Int = { $0 }
    ) {
        var left = count
        while left > 0 {
            let size = min(left, batch.next(at: now))
            left -= size
            let time = Double(changing(size)) * cost
            let took = Duration.microseconds(Int64((time + overhead(sizes.count)) * 1000))
            sizes.append(size)
            busy.append(time)
            now = now + took
            batch.learn(count: size, changed: changing(size), took: took, at: now)
        }
    }
}

@Suite struct BatchSizeTests {
    @Test(arguments: [0.1, 0.4, 1, 5, 8, 20, 40])
    func `a backlog keeps fail2ban busy for a moment at a time, whatever an address costs`(cost: Double) throws {
        var backlog = Backlog()
        backlog.work(off: 10_000, cost: cost)
        #expect(try #require(backlog.busy.max()) <= 185)
        // In calls that are worth it: a hundred of 90 ms for each 9 s that the addresses take.
        #expect(Double(backlog.sizes.count) < 30 + 10_000 * max(cost, 1) / 35)
    }

    @Test(arguments: [1.0, 0.6, 3])
    func `a program's start does not count, though it takes now longer and now shorter`(load: Double) throws {
        for cost in [0.1, 1, 8, 10] {
            var backlog = Backlog(startsProgram: true)
            backlog.work(
                off: 2_000, overhead: { load * (110 + Double($0 * 7_919 % 60)) }, cost: cost)
            #expect(try #require(backlog.busy.max()) <= 200, "\(cost) ms")
            // A call costs 0.1 s and more, whatever is in it.
            #expect(Double(backlog.sizes.count) < 60 + 2_000 * max(cost, load) / 20, "\(cost) ms")
        }
    }

    @Test func `however slowly programs start, a backlog does not go one by one`() {
        var backlog = Backlog(startsProgram: true)
        // As it was on two cores with eight tests: 0.5 s, then 2.4 s, then something between.
        backlog.work(off: 50, overhead: { [500, 2_400, 600, 1_700, 1_900, 2_000, 900][$0 % 7] }, cost: 0.1)
        #expect(backlog.sizes.count <= 5)
    }

    @Test func `one call that is slower than thought makes the next one small`() throws {
        var backlog = Backlog()
        backlog.work(off: 5_000, cost: 0.1)
        backlog.busy = []
        backlog.work(off: 3_000, cost: 8)
        #expect(backlog.busy.filter { $0 > 140 }.count == 1)
    }

    @Test func `what changed nothing was cheap, and says nothing of what comes next`() throws {
        var backlog = Backlog()
        backlog.work(off: 1_000, cost: 8, changing: { _ in 0 })
        #expect(backlog.sizes.max() == 25)
        backlog.work(off: 1_000, cost: 8)
        #expect(try #require(backlog.busy.max()) <= 200)
    }

    @Test func `after a minute nothing is known, nor after the clock was set back`() {
        for pause in [Duration.seconds(61), .seconds(-3_600)] {
            var backlog = Backlog()
            backlog.work(off: 5_000, cost: 0.1)
            #expect(backlog.batch.next(at: backlog.now) > 100)
            #expect(backlog.batch.next(at: backlog.now + pause) == 4)
        }
    }

    @Test func `a call that took less than no time teaches nothing`() {
        var batch = BatchSize(startsProgram: false)
        batch.learn(count: 4, changed: 4, took: .seconds(-5), at: start)
        #expect(batch.next(at: start) == 4)
    }
}

import Testing

@testable import Benchmark

@Suite struct FigureTests {
    @Test(arguments: [
        (Quantity.seconds, 0.000_213, "213 µs"), (.seconds, 0.0123, "12.3 ms"), (.seconds, 4, "4 s"),
        (.bytes, 134.4, "134 B"), (.bytes, 48_120_000, "48.1 MB"), (.bytes, 25_276_000_000, "25.3 GB"),
        (.perSecond, 8_410, "8,410 /s"), (.perSecond, 91_300, "91.3 k/s"), (.perSecond, 3_270_000, "3.27 M/s"),
        (.count, 1_000_000, "1,000,000"), (.count, 0.05, "0.050"),
    ])
    func `a quantity reads as three digits and a unit`(quantity: Quantity, value: Double, text: String) {
        #expect(quantity.text(value) == text)
    }

    @Test func `a ratio says how many times the floor's cost ours is, for times and for rates`() {
        #expect(Figure(.latency, "a", .seconds, 0.3, floor: 0.1).ratio.map { ($0 * 10).rounded() } == 30)
        #expect(Figure(.burst, "b", .perSecond, 1_000, floor: 3_000).ratio == 3)
        #expect(Figure(.burst, "c", .perSecond, 1_000).ratio == nil)
    }

    @Test func `a row's median, its rarest and the spread between its fifths are found`() throws {
        let series = Series((1...1_000).map { Double($0 % 100) })
        #expect(series.median == 50)
        #expect(series.p99 == 99)
        #expect(series.spread(0.5) == 0)
        #expect(Series([1, 2, 3]).spread == 1)
        #expect(Series([1, 2, 3]).spread(0.5) == nil)
    }

    @Test func `noise is marked`() {
        #expect(Figure(.burst, "a", .perSecond, 1, spread: 0.5).isNoisy)
        #expect(!Figure(.burst, "a", .perSecond, 1, spread: 0.1).isNoisy)
        #expect(!Figure(.burst, "a", .perSecond, 1).isNoisy)
    }

    @Test func `samples are as many addresses, none of which may not be banned`() {
        let addresses = (0..<100_000).map { Samples.address($0) }
        #expect(Set(addresses).count == addresses.count)
        #expect(addresses.allSatisfy { $0.hasPrefix("24") || $0.hasPrefix("25") })
    }
}

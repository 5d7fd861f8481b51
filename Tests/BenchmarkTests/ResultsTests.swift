import Foundation
import Testing

@testable import Benchmark

@Suite struct ResultsTests {
    private static func results(_ scale: Double) throws -> Results {
        Results(
            machine: try Machine(folder: "/tmp"),
            figures: [
                Figure(.latency, "log line to broadcast, median", .seconds, 0.001 * scale, floor: 0.0004, spread: 0.1),
                Figure(.latency, "log line to broadcast, p99", .seconds, 0.003 * scale, floor: 0.001, spread: 0.9),
                Figure(.nftables, "nftables", .seconds, nil, note: "not in this build"),
                Figure(.burst, "1,000,000 bans: subscriber, and a name that is too long for its column", .bytes, 1e9),
                Figure(
                    .burst, "failed", .count, nil,
                    note: String(repeating: "a reason that takes many words to be told ", count: 10)),
                Figure(.growth, "1 listeners: CPU a ban", .seconds, 0.001),
                Figure(.growth, "1 listeners: resident", .bytes, 3e7),
                Figure(.growth, "1,000 listeners: CPU a ban", .seconds, 0.05),
                Figure(.growth, "1,000 listeners: resident", .bytes, 9e7),
            ])
    }

    @Test func `tables fit a terminal of 80 columns`() throws {
        let (old, new) = (try Self.results(1), try Self.results(2))
        for line in (new.table + "\n" + new.comparison(with: old)).split(separator: "\n") {
            // What the machine is called is not ours to shorten.
            if line.contains("Linux") || line.contains("load") { continue }
            #expect(line.count <= 80, "\(line)")
        }
    }

    @Test func `a figure stands beside its floor with the ratio, and noise with its mark`() throws {
        let lines = try Self.results(1).table.split(separator: "\n")
        let median = try #require(lines.first { $0.contains("median") })
        #expect(median.split(separator: " ").suffix(5) == ["1", "ms", "400", "µs", "2.50"])
        #expect(lines.contains { $0.contains("p99") && $0.hasSuffix("~") })
        #expect(lines.contains { $0.contains("nftables: not in this build") })
    }

    @Test func `what was written to a file is read and compared`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Self.results(1).write(to: path)
        let old = try Results(reading: path)
        #expect(old.figures.count == 9)
        let lines = try Self.results(2).comparison(with: old).split(separator: "\n")
        let median = try #require(lines.first { $0.contains("median") })
        #expect(median.split(separator: " ").suffix(5) == ["1", "ms", "2", "ms", "2"])
    }

    @Test func `a file that is no benchmark's is named`() throws {
        let error = #expect(throws: Failure.self) { try Results(reading: "/proc/self/comm") }
        #expect(error?.description.contains("/proc/self/comm is not a benchmark's") == true)
    }

    @Test func `a plot is whole XML with its axes labelled`() throws {
        let plot = try #require(Growth.listeners.plot(of: try Self.results(1)))
        for text in [">subscribers<", ">1,000<", ">10 ms<", ">100 MB<", "CPU time a single ban"] {
            #expect(plot.contains(text), "\(text)")
        }
        #expect(plot.split(separator: "<text").count - 1 == plot.split(separator: "</text>").count - 1)
        #expect(plot.hasSuffix("</svg>\n"))
        #expect(Growth.reports.plot(of: try Self.results(1)) == nil)
    }
}

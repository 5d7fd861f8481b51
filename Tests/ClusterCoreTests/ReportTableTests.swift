import BanModel
import Testing

@testable import ClusterCore

@Suite struct ReportTableTests {
    private func some(_ random: inout SplitMix) -> [Report] {
        (0..<60).map { _ in
            var one = report(
                "198.51.100.\(random.below(4))", version: Int64(random.below(5)), until: Double(random.below(900)),
                lifted: random.below(3) == 0, host: ["a", "b"][random.below(2)], jail: [sshd, own][random.below(2)],
                forget: Double(random.below(2_000)))
            one.state.isPardoned = one.state.isLifted && random.below(2) == 0
            one.origin.source = Origin.Source.allCases[random.below(3)]
            return one
        }
    }

    private func shuffled(_ reports: [Report], _ random: inout SplitMix) -> [Report] {
        var (rest, mixed) = (reports, [Report]())
        while !rest.isEmpty { mixed.append(rest.remove(at: random.below(rest.count))) }
        return mixed
    }

    @Test(arguments: 0..<100)
    func `any order, any doubling, and any subset and its completion give the same`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let all = some(&random)
        var first = ReportTable(maximumBantime: .seconds(30 * 86_400))
        for report in all { _ = first.merge(report, at: nil) }
        var other = ReportTable(maximumBantime: .seconds(30 * 86_400))
        for report in shuffled(all, &random) where random.below(2) == 0 { _ = other.merge(report, at: nil) }
        for report in shuffled(all + all, &random) { _ = other.merge(report, at: nil) }
        #expect(Set(other.reports) == Set(first.reports))
        #expect(other.buckets == first.buckets)
        #expect(other.count == first.count)
        for report in all {
            #expect(other.summary(of: report.origin).digest == first.summary(of: report.origin).digest)
        }
        // And nothing is news any more.
        for report in all { #expect(other.merge(report, at: nil) == nil) }
    }

    @Test func `what ends is handed out once at its end, and once when it may be forgotten`() {
        var table = ReportTable(maximumBantime: .seconds(1_000))
        _ = table.merge(report("192.0.2.1", version: 1, until: 10, forget: 20), at: start)
        _ = table.merge(report("192.0.2.2", version: 1, until: 2_000), at: start)
        #expect(table.nextEnd == .at(10))
        #expect(table.takeEnded(by: .at(9)).isEmpty)
        #expect(table.takeEnded(by: .at(15)).map { table.report(at: $0).subject } == [ssh("192.0.2.1")])
        #expect(table.takeEnded(by: .at(25)).map { table.report(at: $0).subject } == [ssh("192.0.2.1")])
        #expect(table.nextEnd.map { $0 < .at(1_001) } == true, "no longer than the maximum after its version's time")
    }

    @Test func `an end that was moved is not handed out, and one that changes often takes no memory`() {
        var table = ReportTable(maximumBantime: .seconds(86_400))
        for version in 1...10_000 {
            _ = table.merge(report("192.0.2.1", version: Int64(version), until: Double(version)), at: start)
        }
        #expect(table.takeEnded(by: .at(9_999)).isEmpty)
        #expect(table.takeEnded(by: .at(10_000)).count == 1)
        #expect(table.watchedEnds < 500)
    }

    @Test func `names that no report needs any more are forgotten, and numbers are used again`() {
        var table = ReportTable(maximumBantime: .seconds(86_400))
        for number in 0..<1_000 {
            let one = report("192.0.2.1", version: 1, until: 600, host: "h\(number)")
            _ = table.merge(one, at: start)
            guard let place = table.place(of: one.key) else {
                Issue.record("it is not there")
                return
            }
            #expect(table.summary(of: one.origin).count == 1)
            table.remove(at: place)
            #expect(table.summary(of: one.origin).count == 0)
        }
        #expect(table.count == 0)
        #expect(table.knownNames <= 1)
        #expect(table.buckets == ReportBuckets())
    }

    @Test func `where a signed report of ours was, the next one has no signature`() {
        var table = ReportTable(maximumBantime: .seconds(1_000))
        var signed = report("192.0.2.1", version: 1, until: 10)
        signed.signature = Signature(bytes: [1])
        table.insert(signed, at: start)
        table.remove(at: table.place(of: signed.key)!)
        var next = report("192.0.2.2", version: 1, until: 10)
        next.way = Way(trust: percent(50))
        table.insert(next, at: start)
        #expect(table[next.key] == next)
    }
}

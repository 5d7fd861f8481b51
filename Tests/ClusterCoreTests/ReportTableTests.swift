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
            if random.below(2) == 0 {
                one.origin.foreign = Origin.Foreign(cluster: cluster("c"), friend: cluster("f"))
                one.way = Way(trust: percent(50), hops: ["cf", "cdf", "cef"][random.below(3)].map(cluster))
            }
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
        #expect(other.twinBuckets == first.twinBuckets)
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

    @Test func `twins compare the ways that reports came, and subscribers' copies do not`() {
        func table(_ hops: String...) -> ReportTable {
            var table = ReportTable(maximumBantime: .seconds(1_000))
            for hops in hops {
                var one = report("192.0.2.1", version: 1, until: 10)
                one.origin.foreign = Origin.Foreign(cluster: cluster("c"), friend: cluster("f"))
                one.way = Way(trust: percent(50), hops: hops.map(cluster))
                _ = table.merge(one, at: start)
            }
            return table
        }
        #expect(table("cdf").buckets == table("cef").buckets)
        #expect(table("cdf").twinBuckets != table("cef").twinBuckets)
        // Of two ways that are worth the same, both keep the same.
        #expect(table("cdf", "cef").twinBuckets == table("cef", "cdf").twinBuckets)
        // What went leaves nothing behind.
        var other = table("cdf")
        other.remove(at: other.place(of: other.reports.map(\.key)[0])!)
        _ = other.merge(table("cef").reports.map(\.self)[0], at: start)
        #expect(other.twinBuckets == table("cef").twinBuckets)
    }

    @Test func `where a signed report of ours was, the next one has no signature`() {
        var table = ReportTable(maximumBantime: .seconds(1_000))
        var signed = report("192.0.2.1", version: 1, until: 10)
        signed.signature = Signature(bytes: [1])
        table.insert(signed, at: start)
        table.remove(at: table.place(of: signed.key)!)
        // It takes the very row that became free.
        var next = report("192.0.2.1", version: 1, until: 10, host: "other")
        next.way = Way(trust: percent(50))
        table.insert(next, at: start)
        #expect(table[next.key] == next)
    }
}

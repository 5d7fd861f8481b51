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
}

import BanModel
import Testing

@Suite struct VoucherTests {
    private static let friends = ["b", "c"].map { Cluster(String(repeating: $0, count: 32))! }
    private static let far = Cluster(String(repeating: "z", count: 32))!
    private static let levels = [
        friends[0]: Trust(millionths: 500_000)!, friends[1]: Trust(millionths: 300_000)!,
    ]

    private static func at(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

    /// - Parameter friend: who told of it; nil: a host of ours says it.
    private static func report(
        by friend: Int?, of cluster: Cluster? = nil, version: Version = 1, until seconds: Int64, lifted: Bool = false
    ) -> Report {
        let foreign = friend.map { Origin.Foreign(cluster: cluster ?? friends[$0], friend: friends[$0]) }
        return Report(
            origin: Origin(host: Host("web1")!, foreign: foreign),
            subject: Subject(Jail("sshd")!, try! Address("192.0.2.1")),
            state: Report.State(version: version, isLifted: lifted, until: at(seconds)),
            way: foreign.map { Way(trust: .full, hops: [$0.cluster, $0.friend]) })
    }

    private static func end(_ reports: [Report], reaching percent: Int) -> Timestamp? {
        Voucher.end(
            of: Voucher.all(of: reports, levels: levels, at: at(0)),
            reaching: Trust(millionths: percent * 10_000)!)
    }

    @Test func `it is reached as long as enough of them last, in whatever order they are told`() {
        let reports = [
            Self.report(by: 0, until: 100), Self.report(by: 1, until: 200), Self.report(by: nil, until: 50),
        ]
        for reports in [reports, reports.reversed()] {
            #expect(Self.end(reports, reaching: 30) == Self.at(200))
            #expect(Self.end(reports, reaching: 31) == Self.at(100))
            #expect(Self.end(reports, reaching: 80) == Self.at(100))
            #expect(Self.end(reports, reaching: 81) == Self.at(50))
        }
        #expect(Self.end([Self.report(by: 0, until: 100)], reaching: 51) == nil)
        #expect(Self.end([], reaching: 0) == nil)
    }

    @Test func `those that end together count together`() {
        let reports = [Self.report(by: 0, until: 100), Self.report(by: 1, until: 100)]
        #expect(Self.end(reports, reaching: 80) == Self.at(100))
        #expect(Self.end(reports, reaching: 81) == nil)
    }

    @Test func `of one report that two friends tell, the newer version says how long, and whether at all`() {
        let old = Self.report(by: 0, of: Self.far, until: 500)
        #expect(Self.end([old], reaching: 50) == Self.at(500))
        let shorter = Self.report(by: 1, of: Self.far, version: 2, until: 60)
        #expect(Self.end([old, shorter], reaching: 50) == Self.at(60))
        // The newer one came by a friend who is not trusted as far: his telling does not last longer than it says either.
        let longer = Self.report(by: 1, of: Self.far, version: 2, until: 900)
        #expect(Self.end([old, longer], reaching: 50) == Self.at(500))
        let lifted = Self.report(by: 1, of: Self.far, version: 2, until: 60, lifted: true)
        #expect(Self.end([old, lifted], reaching: 1) == nil)
        // Of another cluster's host of the same name nothing follows.
        #expect(Self.end([old, Self.report(by: 1, version: 2, until: 60, lifted: true)], reaching: 50) == Self.at(500))
    }

    @Test func `what is lifted, over, or an allowance vouches for nothing`() {
        var allowance = Self.report(by: nil, until: 100)
        allowance.origin.source = .allow
        let reports = [
            Self.report(by: nil, until: 100, lifted: true), Self.report(by: nil, until: 0), allowance,
        ]
        #expect(Voucher.all(of: reports, levels: Self.levels, at: Self.at(0)).isEmpty)
        #expect(Voucher.all(of: [Self.report(by: nil, until: 1)], levels: [:], at: Self.at(0)).count == 1)
    }
}

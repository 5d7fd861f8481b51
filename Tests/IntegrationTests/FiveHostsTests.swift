import Foundation
import OwnThread
import RealFail2Ban
import Testing

@Suite(.enabled(if: OwnNetwork.hasPacketFilter, "needs root, network namespaces and nft"), .timeLimit(.minutes(10)))
struct FiveHostsTests {
    /// How long the road between A and C is cut.
    private static let cut = Duration.seconds(30)

    @Test func `five hosts in networks of their own are equal again once a link that was cut for 30 s is mended`()
        async throws
    {
        let machines = try OwnSwitch(hosts: 5)
        var clusters: [FriendlyCluster] = []
        for (index, name) in ["A", "B", "C", "D", "E"].enumerated() {
            clusters.append(
                try await FriendlyCluster(name, in: (machines.hosts[index], OwnSwitch.address(of: index))))
        }
        // The published graph of fail2ban-p2p: A and B on the one side of the road that is cut, C, D and E on the other.
        for (one, other) in [(0, 1), (0, 2), (2, 3), (2, 4)] {
            try await FriendlyCluster.befriend(clusters[one], clusters[other])
        }
        try clusters[0].attack("198.51.100.1")
        try await eventually("the first attack is known everywhere", within: .seconds(30)) {
            try clusters.allSatisfy { try $0.held().count == 1 }
        }

        var watches: [Watch] = []
        for cluster in clusters { watches.append(try await cluster.watch()) }
        let begun = ContinuousClock.now
        try machines.cut(0, 2)
        let (here, there) = (
            (1...50).map { "198.18.1.\($0)" }, (1...50).map { "198.18.2.\($0)" }
        )
        // Some a second: what is on its way when the road is cut, and when it is mended, is among them.
        for index in 0..<50 {
            try clusters[1].attack(here[index])
            try clusters[3].attack(there[index])
            try await Task.sleep(for: Self.cut / 50)
        }
        try await eventually("each side knows its own") {
            try Set(clusters[0].held().keys).isSuperset(of: here) && Set(clusters[4].held().keys).isSuperset(of: there)
        }
        #expect(try Set(clusters[0].held().keys).isDisjoint(with: there))
        #expect(try Set(clusters[4].held().keys).isDisjoint(with: here))
        let cut = ContinuousClock.now - begun
        try machines.heal(0)
        let mended = Date.now
        let cutOff = Set(here + there)
        try await eventually("every hub has told all", within: .seconds(60)) {
            try watches.allSatisfy { try Set($0.heard().keys) == cutOff }
        }
        let last = try #require(try watches.flatMap { try $0.heard().values }.max())
        let took = last.timeIntervalSince(mended)
        let all = cutOff.union(["198.51.100.1"])
        for cluster in clusters { #expect(try Set(cluster.held().keys) == all) }
        // What came over two roads is worth 64 %, and over three 51.2 %.
        #expect(try clusters[0].held()[there[0]] == 64)
        #expect(try clusters[1].held()[there[0]] == 51.2)
        try await eventually("all that are near enough ban") {
            clusters[2].banned.isSuperset(of: there) && clusters[0].banned.isSuperset(of: here)
        }
        print("five hosts were equal \(Int(took * 1_000)) ms after a link that was cut for \(cut) was mended")
    }
}

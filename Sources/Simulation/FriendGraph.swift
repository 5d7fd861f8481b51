internal import BanModel

/// Who trusts whom: clusters of one or two hubs, as a seed makes them.
struct FriendGraph: Hashable, Sendable {
    /// A hub: whose, and which of them.
    struct Place: Hashable, Sendable, CustomStringConvertible {
        var cluster: Int
        var hub: Int

        var description: String { "c\(cluster).\(hub)" }
    }

    /// Two hubs that hear each other.
    struct Link: Hashable, Sendable, CustomStringConvertible {
        var one: Place
        var other: Place

        var isOfTwins: Bool { one.cluster == other.cluster }
        var description: String { "\(one)-\(other)" }
    }

    static let mostClusters = 12
    static let hosts = 2
    static let jails = 2

    /// How many hubs each cluster has.
    let hubs: [Int]
    /// Those that say what they like.
    let liars: Set<Int>
    /// Between friends, and between twins.
    let links: [Link]
    /// How far each cluster trusts each of its friends, at first.
    let levels: [[Int: Trust]]

    init(seed: UInt64) {
        var chance = SeededGenerator(seed: seed, stream: 1)
        let count = 2 + chance.below(Self.mostClusters - 1)
        let hubs = (0..<count).map { _ in chance.chance(40) ? 2 : 1 }
        var liars: Set<Int> = []
        if count > 2, chance.chance(60) {
            for _ in 0...chance.below(2) { liars.insert(chance.below(count)) }
        }
        var links: [Link] = []
        var levels = [[Int: Trust]](repeating: [:], count: count)
        func befriend(_ one: Int, _ other: Int) {
            guard one != other, levels[one][other] == nil else { return }
            levels[one][other] = Self.level(&chance)
            levels[other][one] = Self.level(&chance)
            let first = Place(cluster: one, hub: chance.below(hubs[one]))
            let second = Place(cluster: other, hub: chance.below(hubs[other]))
            links.append(Link(one: first, other: second))
            // Friends of both twins, of the one or the other.
            if chance.chance(30), hubs[one] == 2 {
                links.append(Link(one: Place(cluster: one, hub: 1 - first.hub), other: second))
            }
        }
        for cluster in 1..<count { befriend(chance.below(cluster), cluster) }
        for _ in 0..<chance.below(count + 1) { befriend(chance.below(count), chance.below(count)) }
        for (cluster, hubs) in hubs.enumerated() where hubs == 2 {
            links.append(Link(one: Place(cluster: cluster, hub: 0), other: Place(cluster: cluster, hub: 1)))
        }
        (self.hubs, self.liars, self.links, self.levels) = (hubs, liars, links, levels)
    }

    /// From hardly anything to everything, mostly much.
    static func level(_ chance: inout SeededGenerator) -> Trust {
        let percent = chance.chance(70) ? 60 + chance.below(41) : 1 + chance.below(60)
        guard let level = Trust(millionths: percent * 10_000) else { preconditionFailure("a percentage") }
        return level
    }

    var places: [Place] {
        hubs.enumerated().flatMap { cluster, count in (0..<count).map { Place(cluster: cluster, hub: $0) } }
    }

    // MARK: Names

    /// Each one's key has another letter and number for a fingerprint; those behind the clusters of the graph are made up.
    private static let clusters = (0..<100).map { number in
        let letter = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(number % 26)))
        let name = String(repeating: letter, count: Cluster.length - 1) + "\(2 + number / 26)"
        guard let cluster = Cluster(name) else { preconditionFailure("a fingerprint") }
        return cluster
    }

    static func cluster(_ number: Int) -> Cluster { clusters[number] }

    /// A twin's name in its twin's configuration.
    static func twin(_ hub: Int) -> Host {
        guard let name = Host("twin\(hub)") else { preconditionFailure("a host's name") }
        return name
    }
}

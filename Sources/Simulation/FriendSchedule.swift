internal import BanModel

/// All that happens among clusters of different owners, made from a seed.
struct FriendSchedule: Playable {
    /// Of all addresses, those of which only liars say that they attack, and those that somebody pardons.
    static let (innocent, pardoned, addresses) = (6..<8, 4..<6, 8)

    let seed: UInt64
    let graph: FriendGraph
    /// How many reports a hub tells in one answer.
    let batch: Int
    /// Whether levels change: what was told before is told with the level of then.
    let levelsChange: Bool
    var steps: [TimedStep<FriendStep>]

    init(seed: UInt64) {
        self.seed = seed
        let graph = FriendGraph(seed: seed)
        var chance = SeededGenerator(seed: seed, stream: 2)
        self.graph = graph
        batch = chance.pick([5, 20, 1_000])
        levelsChange = chance.chance(30)
        steps = []
        var time: Int64 = 2_000_000
        for _ in 0..<200 + chance.below(40) {
            time += chance.chance(70) ? chance.between(0, 300_000) : chance.between(300_000, 6_000_000)
            steps.append(TimedStep(time: time, step: Self.step(of: graph, levelsChange, &chance)))
        }
    }

    /// When the last step is done and everything is mended.
    var end: Int64 { (steps.map(\.time).max() ?? 0) + 1_000_000 }

    private static func step(
        of graph: FriendGraph, _ levelsChange: Bool, _ chance: inout SeededGenerator
    ) -> FriendStep {
        let cluster = chance.below(graph.hubs.count)
        let (host, jail) = (chance.below(FriendGraph.hosts), chance.below(FriendGraph.jails))
        let address = chance.below(pardoned.upperBound)
        let place = FriendGraph.Place(cluster: cluster, hub: chance.below(graph.hubs[cluster]))
        let length = chance.between(1_000_000, 40_000_000)
        let link = chance.pick(graph.links)
        let liar = graph.liars.isEmpty ? nil : chance.pick(graph.liars.sorted())
        switch chance.below(100) {
        case 0..<40:
            // Some outlast the schedule, and are judged at its end.
            let length = chance.chance(50) ? chance.between(5_000_000, 300_000_000) : 3_600_000_000
            return .ban(cluster: cluster, host: host, jail: jail, address: address, length: length)
        case 40..<52: return .lift(cluster: cluster, host: host, jail: jail, address: address)
        case 52..<55: return .pardon(place, address: chance.pick(Array(pardoned)))
        case 55..<72:
            guard let liar else { return .cut(link, length: length) }
            let lie = chance.pick(FriendStep.Lie.allCases)
            let place = FriendGraph.Place(cluster: liar, hub: chance.below(graph.hubs[liar]))
            return .lie(place, lie, address: chance.below(addresses), number: chance.below(1 << 20))
        case 72..<76 where levelsChange && !graph.levels[cluster].isEmpty:
            let friend = chance.pick(graph.levels[cluster].keys.sorted())
            return .trust(cluster: cluster, friend: friend, FriendGraph.level(&chance))
        case 76..<84: return .kill(place, down: chance.between(100_000, 20_000_000))
        case 84..<92: return .cut(link, length: length)
        default: return .deafen(link, length: length)
        }
    }

    func play(_ plant: Plant?, isTracing: Bool) -> Simulation.Report {
        let world = FriendWorld(self, plant: plant, isTracing: isTracing)
        world.run()
        return world.report(seed: seed, steps: steps.count)
    }
}

internal import LinuxSystem
internal import ZeroMQ

/// The hub's cost of a single ban, and its memory, with ever more listeners and ever more reports.
public struct GrowthPart {
    private static let bans = 300

    let workshop: Workshop

    func measure() throws -> [Figure] { try listeners() + reports() }

    private func listeners() throws -> [Figure] {
        var figures: [Figure] = []
        let counts = workshop.isQuick ? [1, 10, 100] : [1, 3, 10, 30, 100, 300, 1_000]
        try Audience.raiseLimit(for: counts.max() ?? 0)
        for count in counts {
            workshop.say("growth: \(count) listeners")
            let context = try Context()
            let cluster = try Cluster(workshop)
            let loader = try HubLoader(cluster, in: context)
            let audience = try Audience(count, cluster.broadcasts)
            try audience.gather { try loader.single(1) }
            figures += try point(Growth.listeners, count, cluster, loader) { try audience.empty() }
        }
        return figures
    }

    private func reports() throws -> [Figure] {
        var figures: [Figure] = []
        let counts = workshop.isQuick ? [1_000, 10_000] : [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000]
        let context = try Context()
        let cluster = try Cluster(workshop)
        let loader = try HubLoader(cluster, in: context)
        for count in counts {
            try loader.load(upTo: count)
            try cluster.awaitIdleHub()
            workshop.say("growth: \(count) reports")
            figures += try point(Growth.reports, count, cluster, loader) {}
        }
        return figures
    }

    private func point(
        _ growth: Growth, _ count: Int, _ cluster: Cluster, _ loader: HubLoader, _ between: () throws -> Void
    ) throws -> [Figure] {
        var costs = Series()
        for _ in 0..<3 {
            let before = try ProcessUse(of: cluster.hub.number)
            try loader.single(Self.bans / 3)
            // What goes out after the last answer is of its cost, too.
            Pause.milliseconds(100)
            costs.add(try ProcessUse(of: cluster.hub.number).cpu(since: before) * 3 / Double(Self.bans))
            try between()
        }
        let use = try ProcessUse(of: cluster.hub.number)
        return [
            Figure(.growth, growth.cost(count), .seconds, costs.median, spread: costs.spread),
            Figure(.growth, growth.memory(count), .bytes, use.resident),
        ]
    }
}

internal import BanModel
internal import ClusterConfiguration
internal import ClusterIdentity
internal import LinuxSystem
internal import ZeroMQ

/// A hub hears from a friend's hub: from the friend's first word until this hub holds all of it.
struct FriendPart {
    let workshop: Workshop

    func measure() throws -> [Figure] {
        let (count, repeats) = workshop.isQuick ? (20_000, 2) : (100_000, 3)
        let context = try Context()
        let secret = ClusterKey.makeSecret()
        let friend = try Cluster(workshop, general: try key(secret))
        let loader = try HubLoader(friend, in: context)
        try loader.load(upTo: count)
        try friend.awaitIdleHub()
        let floor = SignatureRate.bare.median
        var (caughtUp, told, figures) = (Series(), Series(), [Figure]())
        for number in 1...repeats {
            // One that goes with this round.
            let hub = try Cluster(
                workshop, general: try key(ClusterKey.makeSecret()),
                more: """
                    [friend other]
                    broadcasturl = \(friend.broadcasts)
                    replyurl = \(friend.replies)
                    clusterkey = "\(ClusterKey(secret).publicKey)"
                    """)
            let questioner = try Questioner(in: context, hub.replies)
            func holds(_ wanted: Int) throws {
                try Pause.until("\(wanted) reports of a friend", within: 600, every: 20, hub) {
                    let known = try questioner.status().reports
                    workshop.say("friends: \(number) of \(repeats), \(known) of \(wanted)")
                    try friend.drain()
                    return known >= wanted ? true : nil
                }
            }
            let known = count * number
            let begin = SystemClock.monotonic()
            try holds(known)
            caughtUp.add(Double(known) / (Double(SystemClock.monotonic() - begin) / 1e6))

            for cluster in [friend, hub] { try cluster.awaitIdleHub() }
            let daemons = [(hub.hub, "the hub that hears"), (friend.hub, "the friend's hub")]
            let before = try daemons.map { try ProcessUse(of: $0.0.number) }
            let start = SystemClock.monotonic()
            try loader.load(upTo: known + count)
            try holds(known + count)
            told.add(Double(count) / (Double(SystemClock.monotonic() - start) / 1e6))
            figures = try zip(daemons, before).map { daemon, before in
                let use = try ProcessUse(of: daemon.0.number)
                return Figure(
                    .friends, "\(daemon.1), CPU a report", .seconds, use.cpu(since: before) / Double(count))
            }
        }
        let name = "\(Quantity.grouped(count)) reports"
        return [
            Figure(
                .friends, "\(name) and more, caught up with", .perSecond, caughtUp.median, floor: floor,
                spread: caughtUp.spread),
            Figure(
                .friends, "\(name), taken from a monitor, told and kept", .perSecond, told.median, floor: floor,
                spread: told.spread),
        ] + figures
    }

    /// Of a cluster, as its hub's configuration names it.
    private func key(_ secret: SecretKey) throws -> String {
        let path = "\(try workshop.newFolder("key"))/clusterkey"
        try FileSystem.writeAtomically(path: path, bytes: KeyFile.contents(secret), mode: KeyFile.permissions)
        return "clusterkey = \(path)"
    }
}

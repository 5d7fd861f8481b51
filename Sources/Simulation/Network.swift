/// Between hosts and hubs: what is sent may come late, twice, in another order, or not at all.
final class Network {
    /// One way of messages between a host and a hub.
    private struct Road {
        var chance: SeededGenerator
        var roughUntil: Int64 = 0
        var cutUntil: Int64 = 0
        var isSilent = false
        /// When the last message on each way arrives.
        var lastArrival: Int64 = 0
    }

    private unowned(unsafe) let world: World
    private var roads: [[Road]]

    init(world: World) {
        self.world = world
        roads = world.schedule.shape.hosts.indices.map { host in
            (0..<Shape.hubs).map { hub in
                Road(chance: SeededGenerator(seed: world.schedule.seed, stream: 300 + UInt64(host * 8 + hub)))
            }
        }
    }

    func makeRough(_ host: Int, _ hub: Int, for length: Int64) {
        roads[host][hub].roughUntil = world.now + length
    }

    func cut(_ host: Int, _ hub: Int, silent: Bool, for length: Int64) {
        world.reached(silent ? .silence : .cut)
        roads[host][hub].cutUntil = world.now + length
        roads[host][hub].isSilent = silent
        guard !silent else { return }
        let end = world.now + length
        for link in links(host, hub) { link.broke() }
        world.hosts[host].subscriber.feeds[hub].left()
        world.at(end) { [self] in reconnect(host, hub) }
    }

    func heal() {
        for host in roads.indices {
            for hub in roads[host].indices {
                roads[host][hub].roughUntil = 0
                roads[host][hub].cutUntil = 0
                reconnect(host, hub)
            }
        }
    }

    /// Whether a connection can be made, or seems to stand.
    func isOpen(_ host: Int, _ hub: Int) -> Bool {
        let road = roads[host][hub]
        return world.hubs[hub].isUp && (world.now >= road.cutUntil || road.isSilent)
    }

    private func links(_ host: Int, _ hub: Int) -> [HubLink] {
        [world.hosts[host].monitor.links[hub], world.hosts[host].subscriber.feeds[hub].link]
    }

    /// A hub or a road is there again.
    func reconnect(_ host: Int, _ hub: Int) {
        guard isOpen(host, hub) else { return }
        for link in links(host, hub) { link.hubIsThere() }
        world.hosts[host].subscriber.feeds[hub].connect()
    }

    func hubStarted(_ hub: Int) {
        for host in roads.indices { reconnect(host, hub) }
    }

    func hubDied(_ hub: Int) {
        for host in roads.indices {
            for link in links(host, hub) { link.broke() }
            world.hosts[host].subscriber.feeds[hub].left()
        }
    }

    /// - Parameter deliver: called when it arrives, once, twice or never.
    func send(between host: Int, and hub: Int, _ deliver: @escaping () -> Void) {
        var road = roads[host][hub]
        defer { roads[host][hub] = road }
        guard world.now >= road.cutUntil else { return world.reached(.lost) }
        guard world.now < road.roughUntil else {
            // One message after the other, as a connection carries them.
            road.lastArrival = max(road.lastArrival + 1, world.now + road.chance.between(100, 1_500))
            return world.at(road.lastArrival, deliver)
        }
        if road.chance.chance(25) { return world.reached(.lost) }
        var delay = road.chance.between(100, 3_000)
        if road.chance.chance(30) {
            world.reached(.delayed)
            delay += road.chance.between(3_000, 3_000_000)
        }
        if world.now + delay < road.lastArrival { world.reached(.reordered) }
        road.lastArrival = max(road.lastArrival, world.now + delay)
        world.after(delay, deliver)
        guard road.chance.chance(20) else { return }
        world.reached(.doubled)
        world.after(delay + road.chance.between(100, 500_000), deliver)
    }
}

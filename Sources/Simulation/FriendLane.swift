/// What lies between two hubs that hear each other: what is sent arrives in order, late or not at all.
final class FriendLane {
    let link: FriendGraph.Link
    private unowned let world: FriendWorld
    private var chance: SeededGenerator
    private var cutUntil: Int64 = 0
    /// Broadcasts are lost until then.
    private var deafUntil: Int64 = 0
    /// A connection's number: what was sent on the one before does not arrive on this one.
    private var connection = 0
    private var isOpen = false
    private var lastArrival: Int64 = 0
    /// Whether nothing is late.
    private var isCalm = false

    init(_ link: FriendGraph.Link, number: Int, in world: FriendWorld) {
        (self.link, self.world) = (link, world)
        chance = SeededGenerator(seed: world.schedule.seed, stream: 100 + UInt64(number))
    }

    var ends: [FriendHub] { [world.hub(link.one), world.hub(link.other)] }

    func cut(for length: Int64) {
        world.reached(.cut)
        cutUntil = max(cutUntil, world.now + length)
        look()
        world.at(cutUntil) { [self] in look() }
    }

    func deafen(for length: Int64) { deafUntil = max(deafUntil, world.now + length) }

    func heal() {
        (cutUntil, deafUntil, isCalm) = (0, 0, true)
        look()
    }

    /// A hub has come or gone, or the time of a cut is over.
    func look() {
        let mayOpen = world.now >= cutUntil && ends.allSatisfy(\.isUp)
        guard mayOpen != isOpen else { return }
        isOpen = mayOpen
        connection += 1
        for (end, other) in zip(ends, ends.reversed()) {
            if isOpen { end.connected(to: other, by: self) } else { end.lost(other) }
        }
    }

    func broadcast(_ deliver: @escaping () -> Void) {
        guard world.now >= deafUntil else { return world.reached(.lost) }
        send(deliver)
    }

    /// - Parameter deliver: called when it arrives, if the connection stands until then.
    func send(_ deliver: @escaping () -> Void) {
        guard isOpen else { return }
        var delay = chance.between(100, 5_000)
        if !isCalm, chance.chance(10) {
            world.reached(.delayed)
            delay += chance.between(5_000, 3_000_000)
        }
        lastArrival = max(lastArrival + 1, world.now + delay)
        let number = connection
        world.at(lastArrival) { [self] in
            if isOpen, connection == number { deliver() }
        }
    }
}

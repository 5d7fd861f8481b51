internal import BanModel

/// A host: a clock, fail2ban, and the two daemons beside it.
final class SimulatedHost {
    unowned(unsafe) let world: World
    let index: Int
    let name: Host
    /// What its clock shows beyond the true time, in microseconds.
    private(set) var offset: Int64 = 0
    /// The most by which it was ever wrong.
    private(set) var farthest: Int64 = 0
    /// The clock was wrong at some time up to this one, in true time; nil: never.
    private(set) var wasWrongUntil: Int64?
    private(set) var fail2ban: SimulatedFail2Ban!
    private(set) var monitor: SimulatedMonitor!
    private(set) var subscriber: SimulatedSubscriber!

    init(_ index: Int, in world: World) {
        self.world = world
        self.index = index
        name = World.host(index)
        fail2ban = SimulatedFail2Ban(on: self)
        monitor = SimulatedMonitor(on: self)
        subscriber = SimulatedSubscriber(on: self)
    }

    var shape: Shape.HostShape { world.schedule.shape.hosts[index] }

    /// What its clock shows.
    var clock: Timestamp { Timestamp(microseconds: World.epoch + world.now + offset) }

    /// The true time at which its clock, as it goes now, shows this.
    func trueTime(_ time: Timestamp) -> Int64 {
        time == .forever ? .max : time.microseconds - World.epoch - offset
    }

    /// Whether its clock is wrong, or was within this time.
    func wasWrong(within length: Int64) -> Bool {
        offset != 0 || wasWrongUntil.map { world.now - $0 <= length } ?? false
    }

    func jump(by step: Int64) {
        guard step != 0 else { return }
        world.reached(step > 0 ? .clockForward : .clockBack)
        offset += step
        farthest = max(farthest, abs(offset))
        wasWrongUntil = world.now
        fail2ban.clockJumped()
        // What waits for a moment of this clock waits anew: a timer runs by the monotonic one, and ends as it would have.
        // The real loops are not woken by a jump either.
    }
}

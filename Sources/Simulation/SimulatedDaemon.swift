internal import BanModel

/// A process that works when it is woken, and can be killed at any of its steps.
class SimulatedDaemon {
    unowned(unsafe) let world: World
    let name: DaemonName
    var chance: SeededGenerator
    /// Which of its lives this is: what was meant for an earlier one reaches nobody.
    private(set) var life = 0
    private(set) var isUp = false
    /// In true time; until then it stands still.
    var stalledUntil: Int64 = 0
    var isDiskFull = false
    private var doom: (point: KillPoint, down: Int64, number: Int)?
    private var dooms = 0
    private var nextWake = Int64.max
    private var wakeNumber = 0
    private var turnsThisSecond = 0
    private var second: Int64 = 0

    /// No daemon has more to do in one second of the simulation.
    private static let mostTurns = 3_000

    init(_ name: DaemonName, in world: World, stream: UInt64) {
        self.name = name
        self.world = world
        chance = SeededGenerator(seed: world.schedule.seed, stream: stream)
    }

    // MARK: What a daemon does

    /// A new process, which knows what is on disk.
    func begin() {}

    /// One round of its loop.
    func turn() {}

    /// It is gone, and what it held in memory with it.
    func ended() {}

    // MARK: Life and death

    func start() {
        guard !isUp else { return }
        life += 1
        isUp = true
        stalledUntil = 0
        nextWake = .max
        world.trace("\(name) starts")
        begin()
        wake()
    }

    func die(downFor down: Int64, at point: KillPoint) {
        guard isUp else { return }
        isUp = false
        doom = nil
        nextWake = .max
        wakeNumber += 1
        world.kills += 1
        world.reached(.killed(point.rawValue))
        world.trace("\(name) is killed \(point.rawValue)")
        ended()
        world.after(down) { [self] in start() }
    }

    /// It is killed when it comes to this point; where that takes too long, it is killed anyway.
    func doom(at point: KillPoint, down: Int64) {
        guard isUp else { return }
        guard point != .anywhere else { return die(downFor: down, at: .anywhere) }
        dooms += 1
        let number = dooms
        doom = (point, down, number)
        world.after(20_000_000) { [self] in
            if doom?.number == number { die(downFor: down, at: .anywhere) }
        }
    }

    func pardon() { doom = nil }

    /// Whether it is killed here.
    func dies(at point: KillPoint) -> Bool {
        guard let doom, doom.point == point else { return false }
        die(downFor: doom.down, at: point)
        return true
    }

    // MARK: Waking

    func wake(after delay: Int64 = 0) { wake(at: world.now + delay) }

    func wake(at time: Int64) {
        let time = max(time, world.now, stalledUntil)
        guard isUp, time < nextWake else { return }
        nextWake = time
        wakeNumber += 1
        world.wake(self, at: time, number: wakeNumber)
    }

    /// - Parameter number: of the waking that was asked for.
    func woken(_ number: Int) {
        guard isUp, number == wakeNumber else { return }
        nextWake = .max
        if stalledUntil > world.now { return wake(at: stalledUntil) }
        count()
        turn()
    }

    private func count() {
        if world.now / 1_000_000 != second {
            second = world.now / 1_000_000
            turnsThisSecond = 0
        }
        turnsThisSecond += 1
        if turnsThisSecond > Self.mostTurns {
            world.violated(.nobodySpins, "\(name) had \(turnsThisSecond) turns in a second")
        }
    }
}

internal import BanModel

/// The time of a world, what is to happen when, and what is noted of it.
///
/// Times are microseconds since the world began, unless a name says otherwise.
class Timeline {
    private(set) final var now: Int64 = 0
    private final var queue = EventQueue()
    /// How many things have happened.
    private(set) final var events = 0
    final var kills = 0
    private(set) final var faults: Set<Fault> = []
    private(set) final var violation: Violation?
    private(set) final var lines: [String] = []
    private final let isTracing: Bool

    init(isTracing: Bool) { self.isTracing = isTracing }

    /// The true time as a clock that is right shows it.
    static let epoch: Int64 = 1_800_000_000_000_000

    final var clock: Timestamp { Timestamp(microseconds: Self.epoch + now) }

    final func at(_ time: Int64, _ action: @escaping () -> Void) {
        queue.add(at: max(time, now), .call(action))
    }

    final func wake(_ daemon: SimulatedDaemon, at time: Int64, number: Int) {
        queue.add(at: max(time, now), .wake(daemon, number: number))
    }

    final func schedule<What>(_ steps: [TimedStep<What>], _ take: @escaping (TimedStep<What>) -> Void) {
        for step in steps { queue.addInLine(at: step.time, .call { take(step) }) }
    }

    final func after(_ delay: Int64, _ action: @escaping () -> Void) { at(now + delay, action) }

    /// Lets time pass until then, or until something is violated.
    final func run(until end: Int64) {
        while violation == nil, let time = queue.nextTime, time <= end {
            now = time
            events += 1
            switch queue.removeFirst() {
            case .call(let action): action()
            case .wake(let daemon, let number): daemon.woken(number)
            }
        }
        if violation == nil { now = max(now, end) }
    }

    /// What came of it. Nothing happens any more: the cycles of those who wait for each other are broken.
    final func report(seed: UInt64, steps: Int) -> Simulation.Report {
        queue = EventQueue()
        return Simulation.Report(
            seed: seed, violation: violation, faults: faults, steps: steps, kills: kills, events: events, trace: lines)
    }

    // MARK: What is noted

    final func reached(_ fault: Fault) { faults.insert(fault) }

    /// The first one counts.
    final func violated(_ invariant: Violation.Invariant, _ detail: @autoclosure () -> String) {
        guard violation == nil else { return }
        violation = Violation(invariant: invariant, time: now, detail: detail())
        trace("violated: \(violation!)")
    }

    final func trace(_ line: @autoclosure () -> String) {
        if isTracing { lines.append("\(seconds(now)): \(line())") }
    }
}

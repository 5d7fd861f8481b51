/// Runs schedules, each from its seed alone.
package enum Simulation {
    package struct Report: Sendable {
        package let seed: UInt64
        package let violation: Violation?
        package let faults: Set<Fault>
        /// How many steps its schedule has, and how many daemons were killed.
        package let steps: Int
        package let kills: Int
        /// How many things have happened.
        package let events: Int
        /// What happened, in its order; empty unless it was asked for.
        package let trace: [String]
    }

    package static func run(seed: UInt64, plant: Plant? = nil, isTracing: Bool = false) -> Report {
        run(Schedule(seed: seed), plant: plant, isTracing: isTracing)
    }

    /// The smallest part of the seed's schedule that was found to break the same invariant, as people read it, and what
    /// happens in it.
    package static func shrink(seed: UInt64, plant: Plant? = nil, patience: Int = 2_000) -> (
        steps: [String], run: Report
    )? {
        let whole = Schedule(seed: seed)
        guard let violation = run(whole, plant: plant, isTracing: false).violation else { return nil }
        var shrinker = Shrinker(plant: plant, invariant: violation.invariant, patience: patience)
        let small = shrinker.shrink(whole)
        return (small.steps.map(\.description), run(small, plant: plant, isTracing: true))
    }

    static func run(_ schedule: Schedule, plant: Plant?, isTracing: Bool) -> Report {
        let world = World(schedule, plant: plant, isTracing: isTracing)
        world.run()
        world.close()
        return Report(
            seed: schedule.seed, violation: world.violation, faults: world.faults, steps: schedule.steps.count,
            kills: world.kills, events: world.events, trace: world.lines)
    }
}

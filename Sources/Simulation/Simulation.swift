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

    package static func run(
        seed: UInt64, of stage: Stage = .hosts, plant: Plant? = nil, isTracing: Bool = false
    ) -> Report {
        stage.schedule(seed: seed).play(plant, isTracing: isTracing)
    }

    /// The smallest part of the seed's schedule that was found to break the same invariant, as people read it, and what
    /// happens in it.
    package static func shrink(
        seed: UInt64, of stage: Stage = .hosts, plant: Plant? = nil, patience: Int = 2_000
    ) -> (steps: [String], run: Report)? {
        shrink(stage.schedule(seed: seed), plant: plant, patience: patience)
    }

    private static func shrink(
        _ whole: some Playable, plant: Plant?, patience: Int
    ) -> (steps: [String], run: Report)? {
        guard let violation = whole.play(plant, isTracing: false).violation else { return nil }
        var shrinker = Shrinker(plant: plant, invariant: violation.invariant, patience: patience)
        let small = shrinker.shrink(whole)
        return (small.steps.map(\.description), small.play(plant, isTracing: true))
    }
}

/// Runs schedules, each from its seed alone.
public enum Simulation {
    public struct Report: Sendable {
        public let seed: UInt64
        public let violation: Violation?
        public let faults: Set<Fault>
        /// How many steps its schedule has, and how many daemons were killed.
        public let steps: Int
        public let kills: Int
        /// How many things have happened.
        public let events: Int
        /// What happened, in its order; empty unless it was asked for.
        public let trace: [String]
    }

    public static func run(
        seed: UInt64, of stage: Stage = .hosts, plant: Plant? = nil, isTracing: Bool = false
    ) -> Report {
        stage.schedule(seed: seed).play(plant, isTracing: isTracing)
    }

    /// The smallest part of the seed's schedule that was found to break the same invariant, as people read it, and what
    /// happens in it.
    public static func shrink(
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

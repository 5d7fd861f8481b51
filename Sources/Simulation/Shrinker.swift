/// Finds a small part of a schedule that still breaks the same invariant.
struct Shrinker {
    let plant: Plant?
    let invariant: Violation.Invariant
    /// Runs that may still be spent.
    private var patience: Int

    init(plant: Plant?, invariant: Violation.Invariant, patience: Int) {
        self.plant = plant
        self.invariant = invariant
        self.patience = patience
    }

    /// Leaves out halves, quarters, and at last single steps, as long as it fails without them.
    mutating func shrink<Whole: Playable>(_ schedule: Whole) -> Whole {
        var smallest = schedule
        var size = max(1, schedule.steps.count / 2)
        while true {
            let before = smallest.steps.count
            // From the end: what follows the failure goes first.
            var begin = smallest.steps.count
            while begin > 0 {
                let part = max(0, begin - size)..<begin
                var less = smallest
                less.steps.removeSubrange(part)
                if fails(less) { smallest = less }
                begin = part.lowerBound
            }
            guard patience > 0 else { return smallest }
            if size == 1, smallest.steps.count == before { return smallest }
            size = max(1, size / 2)
        }
    }

    private mutating func fails(_ schedule: some Playable) -> Bool {
        guard patience > 0 else { return false }
        patience -= 1
        return schedule.play(plant, isTracing: false).violation?.invariant == invariant
    }
}

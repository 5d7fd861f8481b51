internal import BanModel

/// What the hubs' clocks show beyond ours, and what follows for the ends that they tell.
///
/// An end is in the time of the hub that it was told to, which nobody knows any more once it is merged. So where hubs
/// disagree, each end waits for the slowest of them; and a clock that is ahead counts only where every hub says the same
/// and it is not absurd: one hub with a wrong clock frees nobody early.
struct HubClocks: Sendable {
    /// Clocks that differ by less are taken for one.
    static let tolerance = Duration.seconds(2)
    /// No hub is followed further ahead of a clock that was ever set.
    static let believable = Duration.seconds(3_600)
    /// So long the word counts of a hub that has not said it again.
    static let memory = Duration.seconds(86_400)

    private struct Word: Sendable {
        var offset: Duration
        /// Of what its hub was found to differ last: small steps add up.
        var noticed: Duration
        var said: Timestamp
    }

    /// How many there are.
    private let hubs: Int
    private var words: [Int: Word] = [:]
    /// By how much our own clock was set since it agreed with the hubs.
    private var stepped = Duration.zero
    /// By how much more than ours the time shows by which ends are judged.
    private(set) var offset = Duration.zero

    init(hubs: Int) { self.hubs = hubs }

    /// A hub has said what time it is. Returns whether it differs, and otherwise than was noticed before.
    mutating func learn(_ difference: Duration, from hub: Int, at now: Timestamp) -> Bool {
        let noticed = words[hub]?.noticed ?? .zero
        let isNew = !Self.isSame(difference, noticed)
        words[hub] = Word(offset: difference, noticed: isNew ? difference : noticed, said: now)
        words = words.filter { now - $0.value.said < Self.memory }
        let new = judged(at: now)
        if !Self.isSame(new, offset) { offset = new }
        if words.values.allSatisfy({ Self.isSame($0.offset, .zero) }) { stepped = .zero }
        return isNew && !Self.isSame(difference, .zero)
    }

    /// Whether ends are judged by this hub's clock, or by one that says the same.
    func isFollowed(_ hub: Int) -> Bool { words[hub].map { Self.isSame($0.offset, offset) } ?? false }

    /// Our own clock was set by so much more than the time that has passed.
    mutating func step(by step: Duration, at now: Timestamp) {
        for hub in words.keys {
            words[hub]?.offset -= step
            words[hub].map { words[hub]?.said = $0.said + step }
        }
        stepped += step
        offset = judged(at: now)
    }

    private func judged(at now: Timestamp) -> Duration {
        let offsets = words.values.map(\.offset)
        guard let least = offsets.min(), let most = offsets.max() else { return .zero }
        // Before any clock was set, whatever a hub says is better.
        let isBelieved =
            now < ClockJump.unset
            || (offsets.count == hubs && Self.isSame(least, most) && least + stepped <= Self.believable)
        let judged = isBelieved ? least : min(least, .zero)
        return Self.isSame(judged, .zero) ? .zero : judged
    }

    private static func isSame(_ one: Duration, _ other: Duration) -> Bool {
        one - other <= tolerance && other - one <= tolerance
    }
}

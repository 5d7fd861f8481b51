internal import BanModel

/// Who was heard, when, and what each said last: so many names at most, and none that was silent for long.
struct Presence<Word: Sendable>: Sendable {
    /// Bounded, since whoever may speak may make up names; the longest silent are dropped first.
    static var limit: Int { 5_000 }
    /// So long a silent name is remembered.
    static var memory: Duration { .seconds(7 * 86_400) }

    struct Sighting: Sendable {
        var word: Word
        var seen: Timestamp
    }

    private var sightings: [Host: Sighting] = [:]

    mutating func note(_ host: Host, _ word: Word, at now: Timestamp) {
        sightings[host] = Sighting(word: word, seen: now)
        guard sightings.count > Self.limit else { return }
        sightings = sightings.filter { now < $0.value.seen + Self.memory }
        // A part of them at once: each one that is made up must not cost a look at all.
        let excess = sightings.count - Self.limit * 9 / 10
        guard sightings.count > Self.limit else { return }
        for (silent, _) in sightings.sorted(by: { ($0.value.seen, $0.key) < ($1.value.seen, $1.key) }).prefix(excess) {
            sightings[silent] = nil
        }
    }

    subscript(host: Host) -> Sighting? { sightings[host] }

    /// By name.
    func remembered(at now: Timestamp) -> [(host: Host, sighting: Sighting)] {
        sightings.filter { now < $0.value.seen + Self.memory }.sorted { $0.key < $1.key }
            .map { (host: $0.key, sighting: $0.value) }
    }
}

/// Names of the configuration that the typed sections do not ask for themselves.
enum KnownNames {
    /// The sections that a file may have, by their first word.
    static let sections = [
        GeneralSection.name, MonitorSection.name, PublisherSection.name, SubscriberSection.name,
        FriendSection.word,
    ]

    /// Keys that mean nothing to this version, but that a shared file may hold for another one.
    static let unused: [String: Set<String>] = [
        PublisherSection.name: ["httpbindurl"]
    ]

    /// The candidate that is the fewest typing mistakes away; nil where more than half of the letters are wrong.
    static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let written = Array(name.lowercased().utf8)
        var best: (name: String, distance: Int)?
        for candidate in candidates.sorted() {
            let letters = Array(candidate.utf8)
            let limit = max(1, letters.count / 2)
            // What differs in length by more is never near, and may be as long as a file.
            guard abs(letters.count - written.count) <= limit else { continue }
            let distance = distance(written, letters)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// How many letters are to be put in, taken out, replaced or swapped with the next (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}

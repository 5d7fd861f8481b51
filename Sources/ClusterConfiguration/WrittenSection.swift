/// A section as it was written: keys and values, not yet understood.
struct WrittenSection: Sendable {
    struct Entry: Sendable {
        var value: WrittenValue
        var place: Place
    }

    /// The first word in small letters: `monitor`, `friend NAME`.
    let name: String
    /// Its first head.
    let place: Place
    /// By key, in small letters.
    var entries: [String: Entry] = [:]
    /// Keys whose value could not even be read: their fault is noted, they are not missing.
    var broken: Set<String> = []

    var isFriend: Bool { name == FriendSection.word || name.hasPrefix(FriendSection.word + " ") }

    /// What a later file says of a key replaces the earlier value whole.
    mutating func replace(with later: WrittenSection) {
        entries.merge(later.entries) { $1 }
        broken.formUnion(later.broken)
    }
}

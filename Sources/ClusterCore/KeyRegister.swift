public import BanModel

/// What is in the folder of authorised keys, and what was taken from it: so twins come to hold the same, whichever of them an
/// administrator speaks with, and a key that was taken away at one does not come back from the other.
public struct KeyRegister: Sendable {
    /// A file of the folder.
    public struct File: Sendable {
        public var contents: [UInt8]
        /// When it was changed, as the file system says.
        public var changed: Timestamp

        public init(contents: [UInt8], changed: Timestamp) {
            self.contents = contents
            self.changed = changed
        }
    }

    /// So many are known, what was taken away among them; of that the oldest is forgotten.
    static let most = 40_000

    private var known: [String: KeyEntry] = [:]

    /// - Parameter entries: what was known when the hub ended.
    public init(_ entries: [KeyEntry] = []) {
        for entry in entries { known[entry.name] = entry }
    }

    /// Whether there are keys, as far as is known.
    public var holdsKeys: Bool { known.values.contains { $0.contents != nil } }

    /// In the order of their names.
    public var entries: [KeyEntry] { known.values.sorted { $0.name < $1.name } }

    /// The folder as it is: what differs from what is known was changed here. Returns what that is. A file that is too long to be
    /// told is there all the same, and what is known of it stays.
    public mutating func note(_ files: [String: File], at now: Timestamp) -> [KeyEntry] {
        var changes: [KeyEntry] = []
        for (name, file) in files {
            let last = known[name]
            guard last?.contents != file.contents else { continue }
            // Of a file that nobody here knew, the file system knows since when it is so.
            let version = last.map { max(file.changed.microseconds, $0.version + 1) } ?? file.changed.microseconds
            let entry = KeyEntry(name: name, version: min(max(0, version), .latest), contents: file.contents)
            if let entry { changes.append(entry) }
        }
        for entry in known.values where entry.contents != nil && files[entry.name] == nil {
            var gone = entry
            gone.version = min(max(now.microseconds, entry.version + 1), .latest)
            gone.contents = nil
            changes.append(gone)
        }
        for entry in changes { known[entry.name] = entry }
        forgetOldest()
        return changes.sorted { $0.name < $1.name }
    }

    /// What of a twin's is news.
    public func news(in entries: [KeyEntry]) -> [KeyEntry] {
        entries.filter { entry in known[entry.name].map { $0.isLess(than: entry) } ?? true }
    }

    /// Whether the folder is another one with this.
    public func changesFolder(_ entry: KeyEntry) -> Bool { known[entry.name]?.contents != entry.contents }

    /// A twin's news, once the folder is as it says: otherwise the next look at that would take it for a change made here.
    public mutating func accept(_ entry: KeyEntry) {
        known[entry.name] = entry
        forgetOldest()
    }

    private mutating func forgetOldest() {
        guard known.count > Self.most else { return }
        let gone = known.values.filter { $0.contents == nil }.sorted { $0.version < $1.version }
        for entry in gone.prefix(known.count - Self.most) { known[entry.name] = nil }
    }

    /// Differs where two registers differ.
    public var digest: UInt64 { known.values.reduce(0) { $0 &+ $1.digest } }
}

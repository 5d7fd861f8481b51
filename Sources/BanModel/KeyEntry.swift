/// A file among a hub's authorised keys, as twins tell it each other: what is in it, or that it was taken away.
public struct KeyEntry: Hashable, Sendable {
    /// In bytes: a file holds a key, a name and some roles. A longer one stays where it is.
    public static let longestContents = 4_096

    /// The file's own, without its folder.
    public let name: String
    /// Grows with every change of the file: microseconds since 1970, or one more than the last.
    public var version: Version
    /// nil: it was taken away.
    public var contents: [UInt8]?

    /// nil where it could be the name of no such file, or of one elsewhere.
    public init?(name: String, version: Version, contents: [UInt8]?) {
        guard Self.isName(name), (0...Version.latest).contains(version),
            contents?.count ?? 0 <= Self.longestContents
        else { return nil }
        (self.name, self.version, self.contents) = (name, version, contents)
    }

    /// As a host's, at most 255 characters, and with no dot in front.
    public static func isName(_ name: String) -> Bool {
        BanModel.isName(name.utf8, atMost: 255) && !name.hasPrefix(".")
    }

    /// Of itself: registers are compared by the sum over all entries.
    public var digest: UInt64 {
        var hash = FowlerNollVo()
        hash.add(name)
        hash.add(version)
        hash.add(contents == nil ? "gone" : "key")
        hash.add(contents ?? [])
        return mixed(hash.value)
    }

    /// The order of the merge: of two of one file the greater one wins, whatever came first. Of two of one version that is
    /// the one that says less: a key that was taken away does not come back by an accident.
    public func isLess(than other: KeyEntry) -> Bool {
        if version != other.version { return version < other.version }
        guard let contents else { return false }
        guard let others = other.contents else { return true }
        return contents.lexicographicallyPrecedes(others)
    }
}

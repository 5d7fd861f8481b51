/// A cluster's id: the fingerprint of its key, as `ClusterIdentity` reckons it: 32 of the characters `a-z2-7`.
package struct Cluster: Hashable, Sendable, Comparable, CustomStringConvertible {
    package static let length = 32

    package let id: String

    /// nil where the text is no fingerprint.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length,
            text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x32...0x37).contains($0) })
        else { return nil }
        id = String(text)
    }

    package var description: String { id }
    package static func < (left: Cluster, right: Cluster) -> Bool { left.id < right.id }
}

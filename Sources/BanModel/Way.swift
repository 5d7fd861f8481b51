/// What a report is worth, and the clusters through which it came.
public struct Way: Hashable, Sendable {
    /// More than these are a way that goes round and round.
    public static let mostHops = 16

    /// Of a friend's report: as the friend gave it to us, before what we trust the friend.
    public var trust: Trust
    /// From the cluster that made it to the friend who gave it to us; none where a host of our own made it.
    public var hops: [Cluster]

    public init(trust: Trust, hops: [Cluster] = []) {
        self.trust = trust
        self.hops = hops
    }

    /// Who gave it to the friend, as the friend says; nil: nobody, he made it himself.
    public var neighbour: Cluster? { hops.count < 2 ? nil : hops[hops.count - 2] }
}

extension Way: Comparable {
    /// Of two ways of the same word the greater one is kept: the more trusted, then the shorter.
    public static func < (left: Way, right: Way) -> Bool {
        if left.trust != right.trust { return left.trust < right.trust }
        if left.hops.count != right.hops.count { return left.hops.count > right.hops.count }
        return right.hops.lexicographicallyPrecedes(left.hops)
    }
}

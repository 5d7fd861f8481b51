/// What a hub knows of a friend.
package struct FriendStatus: Hashable, Sendable {
    /// As the configuration calls him.
    package var name: Host
    package var cluster: Cluster
    /// What his word counts for.
    package var trust: Trust
    package var isConnected: Bool
    /// Since when he is connected, or is not.
    package var since: Timestamp
    /// How many of his changes this hub lacks; nil: not known.
    package var lag: UInt64?
    /// How many of his reports were news, since this hub started.
    package var taken: Int
    /// How many were not taken, and why.
    package var refused: [FriendRefusal: Int]

    package init(
        name: Host, cluster: Cluster, trust: Trust, isConnected: Bool, since: Timestamp, lag: UInt64?, taken: Int,
        refused: [FriendRefusal: Int]
    ) {
        self.name = name
        self.cluster = cluster
        self.trust = trust
        self.isConnected = isConnected
        self.since = since
        self.lag = lag
        self.taken = taken
        self.refused = refused
    }
}

/// What a hub knows of a friend.
public struct FriendStatus: Hashable, Sendable {
    /// As the configuration calls him.
    public var name: Host
    public var cluster: Cluster
    /// What his word counts for.
    public var trust: Trust
    public var isConnected: Bool
    /// Since when he is connected, or is not.
    public var since: Timestamp
    /// How many of his changes this hub lacks; nil: not known.
    public var lag: UInt64?
    /// How many of his reports were news, since this hub started.
    public var taken: Int
    /// How many were not taken, and why.
    public var refused: [FriendRefusal: Int]

    public init(
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

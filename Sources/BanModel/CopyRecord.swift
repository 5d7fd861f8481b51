/// What a copy is made of.
public enum CopyRecord: Hashable, Sendable {
    case report(Report)
    case level(FriendLevel)
}

/// How far a friend is trusted.
public struct FriendLevel: Hashable, Sendable {
    public var friend: Cluster
    public var trust: Trust

    public init(friend: Cluster, trust: Trust) {
        self.friend = friend
        self.trust = trust
    }

    /// In the order of the friends.
    public static func all(_ levels: [Cluster: Trust]) -> [FriendLevel] {
        levels.sorted { $0.key < $1.key }.map { FriendLevel(friend: $0.key, trust: $0.value) }
    }
}

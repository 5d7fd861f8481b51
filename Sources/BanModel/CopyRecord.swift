/// What a copy is made of.
package enum CopyRecord: Hashable, Sendable {
    case report(Report)
    case level(FriendLevel)
}

/// How far a friend is trusted.
package struct FriendLevel: Hashable, Sendable {
    package var friend: Cluster
    package var trust: Trust

    package init(friend: Cluster, trust: Trust) {
        self.friend = friend
        self.trust = trust
    }

    /// In the order of the friends.
    package static func all(_ levels: [Cluster: Trust]) -> [FriendLevel] {
        levels.sorted { $0.key < $1.key }.map { FriendLevel(friend: $0.key, trust: $0.value) }
    }
}

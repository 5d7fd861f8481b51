/// What is played.
public enum Stage: String, CaseIterable, Sendable {
    /// One cluster: its hosts, with all that runs on them, and two hubs.
    case hosts
    /// Clusters of several owners: their hubs, of which some lie.
    case friends

    func schedule(seed: UInt64) -> any Playable {
        switch self {
        case .hosts: Schedule(seed: seed)
        case .friends: FriendSchedule(seed: seed)
        }
    }
}

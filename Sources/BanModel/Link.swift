/// How a report entered the cluster.
public enum Link: Hashable, Sendable {
    /// A host of our own said it.
    case own
    /// Through this friend, whose word weighs so much at most, however many hosts or clusters it makes up.
    case friend(Cluster, limit: Trust)

    var limit: Trust {
        switch self {
        case .own: .full
        case .friend(_, let limit): limit
        }
    }
}

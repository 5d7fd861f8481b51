/// Who counts once, whatever he says through whichever source, jail or friend.
public enum Witness: Hashable, Sendable {
    /// A host of our own, all its sources together.
    case host(Host)
    /// A foreign cluster, all its hosts together.
    case cluster(Cluster)
}

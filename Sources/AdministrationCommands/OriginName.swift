internal import BanModel

/// A host that says something, of our own cluster or another.
struct OriginName: Hashable, Comparable {
    /// nil: our own.
    var cluster: Cluster?
    var host: Host

    init(_ origin: Origin) { (cluster, host) = (origin.foreign?.cluster, origin.host) }

    /// For people: a host of ours by its name alone.
    ///
    /// - Parameter friends: what clusters are called here.
    func text(friends: [Cluster: Host]) -> String {
        cluster.map { "\(friends[$0]?.name ?? $0.id)/\(host)" } ?? host.name
    }

    /// For other programs.
    ///
    /// - Parameter origin: how a host of ours is named.
    func name(ofOwn origin: (Host) -> String) -> String { cluster.map { "\($0)/\(host)" } ?? origin(host) }

    static func < (left: OriginName, right: OriginName) -> Bool {
        (left.cluster?.id ?? "", left.host) < (right.cluster?.id ?? "", right.host)
    }
}

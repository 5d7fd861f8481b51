internal import BanModel

/// A host that says something, of our own cluster or another.
struct Speaker: Hashable, Comparable, CustomStringConvertible {
    /// nil: our own.
    var cluster: Cluster?
    var host: Host

    init(_ origin: Origin) { (cluster, host) = (origin.foreign?.cluster, origin.host) }

    /// A host of ours by its name alone.
    var description: String { name { $0.name } }

    /// - Parameter origin: how a host of ours is named.
    func name(ofOwn origin: (Host) -> String) -> String { cluster.map { "\($0)/\(host)" } ?? origin(host) }

    static func < (left: Speaker, right: Speaker) -> Bool {
        (left.cluster?.id ?? "", left.host) < (right.cluster?.id ?? "", right.host)
    }
}

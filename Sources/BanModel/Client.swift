/// What the holder of a key may do at a hub.
public enum Role: String, Hashable, Sendable, CaseIterable {
    /// Tell what its own host bans.
    case report
    /// Hear the broadcasts, and keep a copy of the reports.
    case subscribe
    /// Look at everything, ban and pardon by hand, and allow addresses.
    case administer
    /// What another owner's hub may.
    case friend
    /// Nothing but ask for a place among the authorised keys: an invitation's.
    case enrol
}

/// Who a hub knows by a key.
public struct Client: Hashable, Sendable {
    /// A name for people.
    public var name: String
    /// The one host in whose name it may speak.
    public var host: Host
    public var roles: Set<Role>
    /// What its reports count for.
    public var trust: Trust

    public init(name: String, host: Host, roles: Set<Role>, trust: Trust = .full) {
        self.name = name
        self.host = host
        self.roles = roles
        self.trust = trust
    }

    /// The hub of another cluster, which speaks in its cluster's name.
    public static func friend(named name: String, _ cluster: Cluster) -> Client {
        guard let host = Host(cluster.id) else { preconditionFailure("a fingerprint is a name") }
        return Client(name: name, host: host, roles: [.friend])
    }
}

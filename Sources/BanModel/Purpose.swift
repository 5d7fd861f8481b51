/// What somebody asks a hub for, as far as his key's roles are concerned.
public enum Purpose: Hashable, Sendable {
    /// To tell what a host bans.
    case report(as: Host)
    /// To hear how the hub is.
    case greet(as: Host)
    /// To keep a copy of the reports: nothing in anybody's name.
    case copy(as: Host)
    /// To hear what another cluster's hub may.
    case befriend(as: Host)
    /// To look at everything, and to speak as a person.
    case administer(as: Host)
    /// To exchange an invitation for a place among the authorised keys.
    case enrol
}

extension Client {
    /// Why the holder of this key may not; nil where he may.
    public func refusal(of purpose: Purpose) -> HubRefusal? {
        let (wanted, host): (Set<Role>, Host?) =
            switch purpose {
            case .report(let host): ([.report], host)
            case .greet(let host): (Set(Role.allCases), host)
            case .copy(let host): ([.subscribe, .administer], host)
            case .befriend(let host): ([.friend], host)
            case .administer(let host): ([.administer], host)
            case .enrol: ([.enrol], nil)
            }
        guard host.map({ $0 == self.host }) ?? true else {
            return HubRefusal(
                .later, "the key of \(name) speaks for the host \(self.host) alone, not for \(host?.name ?? "")")
        }
        guard roles.isDisjoint(with: wanted) else { return nil }
        let roles = wanted.map(\.rawValue).sorted().joined(separator: " or ")
        return HubRefusal(.later, "the key of \(name) has not the role \(roles): its file on the hub says which it has")
    }

    /// Whether it may hear what is broadcast, to whomever.
    public var mayListen: Bool { !roles.isDisjoint(with: [.subscribe, .administer, .friend]) }

    /// - Parameter own: the hub's own cluster; nil: it has neither friends nor twins.
    public func mayHear(_ audience: Audience, of own: Cluster?) -> Bool {
        switch audience {
        case .copies: !roles.isDisjoint(with: [.subscribe, .administer])
        case .friends: roles.contains(.friend)
        // A hub speaks in its cluster's name.
        case .twins: roles.contains(.friend) && own.map { $0.id == host.name } ?? false
        }
    }
}

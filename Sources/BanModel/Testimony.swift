/// One live report on an address, as far as its confidence is concerned.
public struct Testimony: Hashable, Sendable {
    public var witness: Witness
    public var link: Link
    public var trust: Trust

    public init(_ witness: Witness, by link: Link = .own, trust: Trust = .full) {
        self.witness = witness
        self.link = link
        self.trust = trust
    }

    /// - Parameter levels: how far each friend is trusted; whoever is not among them is not trusted at all.
    public init(_ origin: Origin, _ way: Way?, levels: [Cluster: Trust]) {
        trust = way?.trust ?? .full
        guard let foreign = origin.foreign else {
            (witness, link) = (.host(origin.host), .own)
            return
        }
        let level = levels[foreign.friend] ?? .none
        (witness, link) = (.cluster(foreign.cluster), .friend(foreign.friend, limit: level))
        trust = trust.through(level)
    }
}

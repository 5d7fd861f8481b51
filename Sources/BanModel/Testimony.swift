/// One live report on an address, as far as its confidence is concerned.
package struct Testimony: Hashable, Sendable {
    package var witness: Witness
    package var link: Link
    package var trust: Trust

    package init(_ witness: Witness, by link: Link = .own, trust: Trust = .full) {
        self.witness = witness
        self.link = link
        self.trust = trust
    }

    /// - Parameter levels: how far each friend is trusted; whoever is not among them is not trusted at all.
    package init(_ origin: Origin, _ way: Way?, levels: [Cluster: Trust]) {
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

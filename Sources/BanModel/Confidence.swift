/// What the live reports on an address add up to.
package enum Confidence {
    /// The least of three: everything; what the links let pass; what the witnesses say.
    ///
    /// In any order the same, and one testimony more never lowers it. A witness counts with its most trusted report: in
    /// each link, and over all of them.
    package static func of(_ testimonies: some Sequence<Testimony>) -> Trust {
        var links: [Link: [Witness: Trust]] = [:]
        var witnesses: [Witness: Trust] = [:]
        for testimony in testimonies {
            let (witness, trust) = (testimony.witness, testimony.trust)
            links[testimony.link, default: [:]][witness] = max(links[testimony.link]?[witness] ?? .none, trust)
            witnesses[witness] = max(witnesses[witness] ?? .none, trust)
        }
        let passed = links.map { link, witnesses in min(link.limit, Trust.sum(of: witnesses.values)) }
        return min(Trust.sum(of: passed), Trust.sum(of: witnesses.values))
    }
}

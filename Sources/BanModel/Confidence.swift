/// What the live reports on an address add up to.
///
/// The least of three: everything; what the links let pass; what the witnesses say. In any order the same, and one testimony
/// more never lowers it. A witness counts with its most trusted report: in each link, and over all of them.
public struct Confidence: Sendable {
    private var links: [Link: (sum: Int, witnesses: [Witness: Int])] = [:]
    private var witnesses: [Witness: Int] = [:]
    /// In millionths, with no bound: there are no more than so many testimonies of a million each.
    private var passed = 0
    private var said = 0

    public init() {}

    public static func of(_ testimonies: some Sequence<Testimony>) -> Trust {
        var confidence = Confidence()
        for testimony in testimonies { confidence.add(testimony) }
        return confidence.trust
    }

    public mutating func add(_ testimony: Testimony) {
        let (witness, trust) = (testimony.witness, testimony.trust.millionths)
        said += Self.raise(&witnesses[witness, default: 0], to: trust)
        let limit = testimony.link.limit.millionths
        var link = links.removeValue(forKey: testimony.link) ?? (0, [:])
        let before = min(limit, link.sum)
        link.sum += Self.raise(&link.witnesses[witness, default: 0], to: trust)
        passed += min(limit, link.sum) - before
        links[testimony.link] = link
    }

    public var trust: Trust { Trust(bounding: min(passed, said)) }

    /// Returns by how much.
    private static func raise(_ known: inout Int, to trust: Int) -> Int {
        let more = max(0, trust - known)
        known += more
        return more
    }
}

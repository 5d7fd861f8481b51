/// What all versions of one report of a host have in common: from which of its sources it comes, and about what it is.
public struct HostClaim: Hashable, Sendable, Comparable {
    public var source: Origin.Source
    public var subject: Subject

    public init(_ source: Origin.Source, _ subject: Subject) {
        self.source = source
        self.subject = subject
    }

    /// See ``Subject``.
    public func hash(into hasher: inout Hasher) { hasher.combine(subject) }

    public var jail: Jail { subject.jail }
    public var address: Address { subject.address }

    public static func < (left: HostClaim, right: HostClaim) -> Bool {
        (left.subject, left.source.rawValue) < (right.subject, right.source.rawValue)
    }
}

extension Report {
    public var claim: HostClaim { HostClaim(origin.source, subject) }

    /// - Parameter host: whose claim it is.
    public init(host: Host, claim: HostClaim, state: State) {
        self.init(origin: Origin(host: host, source: claim.source), subject: claim.subject, state: state)
    }
}

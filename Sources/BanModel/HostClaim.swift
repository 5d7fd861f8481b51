/// What all versions of one report of a host have in common: from which of its sources it comes, and about what it is.
package struct HostClaim: Hashable, Sendable, Comparable {
    package var source: Origin.Source
    package var subject: Subject

    package init(_ source: Origin.Source, _ subject: Subject) {
        self.source = source
        self.subject = subject
    }

    /// See ``Subject``.
    package func hash(into hasher: inout Hasher) { hasher.combine(subject) }

    package var jail: Jail { subject.jail }
    package var address: Address { subject.address }

    package static func < (left: HostClaim, right: HostClaim) -> Bool {
        (left.subject, left.source.rawValue) < (right.subject, right.source.rawValue)
    }
}

extension Report {
    package var claim: HostClaim { HostClaim(origin.source, subject) }

    /// - Parameter host: whose claim it is.
    package init(host: Host, claim: HostClaim, state: State) {
        self.init(origin: Origin(host: host, source: claim.source), subject: claim.subject, state: state)
    }
}

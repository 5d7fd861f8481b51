/// What a monitor asks where its hub's digest of this host's reports is not its own: what does the hub hold?
package struct HeldQuestion: Hashable, Sendable {
    /// The last report of the answer before; nil: from the first one on.
    package var after: HostClaim?

    package init(after: HostClaim? = nil) { self.after = after }
}

/// What the hub answers: a piece.
package struct HeldAnswer: Hashable, Sendable {
    package var reports: [Report]
    /// Whether no others follow.
    package var isAll: Bool

    package init(reports: [Report], isAll: Bool) {
        self.reports = reports
        self.isAll = isAll
    }
}

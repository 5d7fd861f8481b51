/// What a monitor asks where its hub's digest of this host's reports is not its own: what does the hub hold?
public struct HeldQuestion: Hashable, Sendable {
    /// The last report of the answer before; nil: from the first one on.
    public var after: HostClaim?

    public init(after: HostClaim? = nil) { self.after = after }
}

/// What the hub answers: a piece.
public struct HeldAnswer: Hashable, Sendable {
    public var reports: [Report]
    /// Whether no others follow.
    public var isAll: Bool

    public init(reports: [Report], isAll: Bool) {
        self.reports = reports
        self.isAll = isAll
    }
}

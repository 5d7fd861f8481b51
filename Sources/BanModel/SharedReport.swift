/// A report as friends tell it each other: whose it is, how it came, and the signature of the cluster that made it.
public struct SharedReport: Hashable, Sendable {
    public var cluster: Cluster
    public var host: Host
    public var source: Origin.Source
    public var subject: Subject
    /// Friends hear of no pardons: what one cluster's administrator lifts is no news of another's.
    public var state: Report.State
    public var way: Way
    /// nil: of our own cluster, which has yet to sign it.
    public var signature: Signature?

    public init(
        cluster: Cluster, host: Host, source: Origin.Source, subject: Subject, state: Report.State, way: Way,
        signature: Signature?
    ) {
        self.cluster = cluster
        self.host = host
        self.source = source
        self.subject = subject
        self.state = state
        self.way = way
        self.signature = signature
    }

    /// As we keep it.
    public func report(from friend: Cluster) -> Report {
        Report(
            origin: Origin(
                host: host, source: source, foreign: Origin.Foreign(cluster: cluster, friend: friend)),
            subject: subject, state: state, way: way, signature: signature)
    }
}

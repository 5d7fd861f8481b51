/// A report as friends tell it each other: whose it is, how it came, and the signature of the cluster that made it.
package struct SharedReport: Hashable, Sendable {
    package var cluster: Cluster
    package var host: Host
    package var source: Origin.Source
    package var subject: Subject
    /// Friends hear of no pardons: what one cluster's administrator lifts is no news of another's.
    package var state: Report.State
    package var way: Way
    /// nil: of our own cluster, which has yet to sign it.
    package var signature: Signature?

    package init(
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
    package func report(from friend: Cluster) -> Report {
        Report(
            origin: Origin(
                host: host, source: source, foreign: Origin.Foreign(cluster: cluster, friend: friend)),
            subject: subject, state: state, way: way, signature: signature)
    }
}

internal import ClusterProtocol

/// Where somebody is who only listens: what he missed, he is told.
struct WatchedStream {
    private var last: (epoch: UInt64, sequence: UInt64)?

    /// Returns what was missed, in words; nil: nothing.
    mutating func heard(_ broadcast: Broadcast) -> String? {
        defer { last = (broadcast.epoch, broadcast.sequence) }
        guard let last else { return nil }
        guard last.epoch == broadcast.epoch else { return "the hub began anew" }
        let before = broadcast.sequence - min(UInt64(broadcast.reports.count), broadcast.sequence)
        guard before > last.sequence else { return nil }
        return "\(before - last.sequence) changes were missed: `\(RootCommand.name) list` has what came of them"
    }
}

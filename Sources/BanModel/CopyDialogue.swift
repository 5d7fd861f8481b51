/// What somebody who keeps a copy of a hub's reports asks it.
public enum CopyQuestion: Hashable, Sendable {
    /// What has changed since; a copy that begins has epoch 0.
    case since(epoch: UInt64, sequence: UInt64)
    /// These buckets, in this order; of the first one only what follows this report.
    case fetch([Int], after: ReportKey?)
}

/// What the hub answers: reports as a copy keeps them, or as friends tell each other.
public enum CopyAnswer<Entry: Hashable & Sendable>: Hashable, Sendable {
    /// What has changed since, up to a change, and what the latest one was: all that fits.
    case changes(epoch: UInt64, sequence: UInt64, latest: UInt64, [Entry])
    /// The hub does not know what has changed since: compare these, and fetch those that differ.
    case buckets(epoch: UInt64, sequence: UInt64, ReportBuckets)
    /// So many of the buckets asked for are whole; where the next one is not, it goes on after this report.
    case fetched(whole: Int, after: ReportKey?, [Entry])
}

extension CopyAnswer {
    /// What it brings; none where it tells buckets.
    public var entries: [Entry] {
        switch self {
        case .changes(_, _, _, let entries), .fetched(_, _, let entries): entries
        case .buckets: []
        }
    }

    /// The same, with what it brings in another form.
    public func map<Other>(_ transform: ([Entry]) -> [Other]) -> CopyAnswer<Other> {
        switch self {
        case .changes(let epoch, let sequence, let latest, let entries):
            .changes(epoch: epoch, sequence: sequence, latest: latest, transform(entries))
        case .fetched(let whole, let key, let entries): .fetched(whole: whole, after: key, transform(entries))
        case .buckets(let epoch, let sequence, let buckets):
            .buckets(epoch: epoch, sequence: sequence, buckets)
        }
    }
}

/// How far a subscriber has come with a hub's reports.
public struct CopyProgress: Hashable, Sendable {
    public var epoch: UInt64
    /// All changes up to this one are in its copy.
    public var held: UInt64
    /// All changes up to this one have been obeyed.
    public var obeyed: UInt64

    public init(epoch: UInt64, held: UInt64, obeyed: UInt64) {
        self.epoch = epoch
        self.held = held
        self.obeyed = obeyed
    }
}

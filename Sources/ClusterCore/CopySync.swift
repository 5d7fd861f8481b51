internal import BanModel

/// How a copy comes to hold what the hub holds: what it asks, one question after the other, and when it is done.
struct CopySync: Sendable {
    /// How many buckets are asked for at once: an answer has its limit, and what did not fit is asked for again.
    private static let share = 64

    /// Where it is in the broadcasts; nil: it never was in step with any hub.
    private(set) var stream: BroadcastStream?
    /// Broadcasts of an epoch that it was not in step with yet.
    private var newer: BroadcastStream?
    private var fetching: Fetch?
    /// A connection was made: whatever was broadcast before it may have been missed.
    private var mustAsk = true
    /// The copy may lack what it has held: everything is compared.
    private var mustCompare = false

    private struct Fetch: Sendable {
        var epoch: UInt64
        /// The copy is as the hub was at this change, or later, once all of these are there.
        var sequence: UInt64
        var buckets: [Int]
        var after: ReportKey?
    }

    /// What to ask next; nil while it is in step.
    var question: CopyQuestion? {
        if let fetching { return .fetch(Array(fetching.buckets.prefix(Self.share)), after: fetching.after) }
        if mustCompare { return .since(epoch: 0, sequence: 0) }
        guard mustAsk || newer != nil || stream?.hasGap == true else { return nil }
        return .since(epoch: stream?.epoch ?? 0, sequence: stream?.sequence ?? 0)
    }

    var isInStep: Bool { question == nil }

    /// The hub is another one, or was away: it is asked what was missed.
    mutating func begin() {
        fetching = nil
        mustAsk = true
    }

    /// Something may have been forgotten too early, by a clock that was wrong.
    mutating func beginAnew() {
        begin()
        mustCompare = true
    }

    mutating func heard(_ count: Int, epoch: UInt64, upTo sequence: UInt64) {
        if stream?.epoch == epoch {
            stream?.heard(UInt64(count), upTo: sequence)
        } else {
            if newer?.epoch != epoch { newer = BroadcastStream(epoch: epoch, sequence: 0) }
            newer?.heard(UInt64(count), upTo: sequence)
        }
    }

    /// - Parameter own: of the copy's buckets.
    mutating func answered(_ answer: CopyAnswer<some Any>, own: ReportBuckets) {
        switch answer {
        case .changes(let epoch, let sequence, let latest, _):
            isAsOf(epoch, sequence)
            stream?.heard(0, upTo: latest)
        case .buckets(let epoch, let sequence, let theirs):
            let differing = own.digests.indices.filter { own.digests[$0].value != theirs.digests[$0].value }
            if differing.isEmpty {
                isAsOf(epoch, sequence)
            } else {
                fetching = Fetch(epoch: epoch, sequence: sequence, buckets: differing, after: nil)
            }
        case .fetched(let whole, let key, _):
            guard var fetch = fetching else { return }
            fetch.buckets.removeFirst(min(whole, fetch.buckets.count))
            fetch.after = fetch.buckets.isEmpty ? nil : key
            fetching = fetch.buckets.isEmpty ? nil : fetch
            if fetching == nil { isAsOf(fetch.epoch, fetch.sequence) }
        }
    }

    private mutating func isAsOf(_ epoch: UInt64, _ sequence: UInt64) {
        (mustAsk, mustCompare) = (false, false)
        if stream?.epoch != epoch {
            stream = newer?.epoch == epoch ? newer : BroadcastStream(epoch: epoch, sequence: sequence)
        }
        // What another hub, or the one before, has broadcast is in its own epoch: nobody waits for it any more.
        newer = nil
        stream?.synced(upTo: sequence)
    }
}

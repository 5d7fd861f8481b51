package import BanModel

/// What a hub is told at first, and what comes out of it.
extension Hub {
    package struct Settings: Sendable {
        /// nil: no token is asked for.
        package var tokens: Set<String>?
        /// Never taken, nor is a network that holds one of them.
        package var ignored: [Address]
        /// How long a ban of the old form lasts, which does not say it; nil: for ever.
        package var bantime: Duration?
        /// No report counts longer than this after its version's time.
        package var maximumBantime: Duration
        /// How many reports it keeps of one origin, of one friend, and of what others gave one friend.
        package var mostOfOrigin: Int
        /// From which confidence on peers of the old form hear of a ban.
        package var threshold: Trust
        /// Our own; nil: there are no friends.
        package var cluster: Cluster?
        /// How far each friend is trusted.
        package var levels: [Cluster: Trust]

        package init(
            tokens: Set<String>?, ignored: [Address], bantime: Duration?, maximumBantime: Duration,
            mostOfOrigin: Int = 1_000_000, threshold: Trust = .usualThreshold, cluster: Cluster? = nil,
            levels: [Cluster: Trust] = [:]
        ) {
            self.tokens = tokens
            self.ignored = ignored
            self.bantime = bantime
            self.maximumBantime = maximumBantime
            self.mostOfOrigin = mostOfOrigin
            self.threshold = threshold
            self.cluster = cluster
            self.levels = levels
        }
    }

    /// What a request, a moment or a reload came to.
    package struct Outcome: Hashable, Sendable {
        /// nil: taken, but for the reports of ``except``.
        package var refusal: HubRefusal?
        /// By their index in the request.
        package var except: [Int: HubRefusal] = [:]
        /// For peers of the old form, in this order.
        package var broadcasts: [Announcement] = []
        /// What is known now and was not before, for all others and the disk; the last one has the hub's
        /// ``Hub/sequence``.
        package var news: [Report] = []
        /// What need not be remembered any more, on disk either.
        package var forgotten: [ReportKey] = []

        package init(refusal: HubRefusal? = nil) { self.refusal = refusal }

        /// What came next, in the same turn.
        package mutating func add(_ next: Outcome) {
            broadcasts += next.broadcasts
            news += next.news
            forgotten += next.forgotten
        }
    }
}

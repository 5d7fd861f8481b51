public import BanModel

/// What a hub is told at first, and what comes out of it.
extension Hub {
    public struct Settings: Sendable {
        /// nil: no token is asked for.
        public var tokens: Set<String>?
        /// Never taken, nor is a network that holds one of them.
        public var ignored: [Address]
        /// How long a ban of the old form lasts, which does not say it; nil: for ever.
        public var bantime: Duration?
        /// No report counts longer than this after its version's time.
        public var maximumBantime: Duration
        /// How many reports it keeps of one origin, of one friend, and of what others gave one friend.
        public var mostOfOrigin: Int
        /// From which confidence on peers of the old form hear of a ban.
        public var threshold: Trust
        /// Our own; nil: there are no friends.
        public var cluster: Cluster?
        /// How far each friend is trusted.
        public var levels: [Cluster: Trust]

        public init(
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
    public struct Outcome: Hashable, Sendable {
        /// nil: taken, but for the reports of ``except``.
        public var refusal: HubRefusal?
        /// By their index in the request.
        public var except: [Int: HubRefusal] = [:]
        /// For peers of the old form, in this order.
        public var broadcasts: [Announcement] = []
        /// What is known now and was not before, for all others and the disk; the last one has the hub's
        /// ``Hub/sequence``.
        public var news: [Report] = []
        /// What need not be remembered any more, on disk either.
        public var forgotten: [ReportKey] = []

        public init(refusal: HubRefusal? = nil) { self.refusal = refusal }

        /// What came next, in the same turn.
        public mutating func add(_ next: Outcome) {
            // Mostly a turn is one request: its reports are not copied once more.
            if news.isEmpty { news = next.news } else { news += next.news }
            if broadcasts.isEmpty { broadcasts = next.broadcasts } else { broadcasts += next.broadcasts }
            forgotten += next.forgotten
        }
    }
}

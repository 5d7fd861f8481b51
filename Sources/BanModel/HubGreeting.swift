/// What a hub says of itself, and of the host that greets it.
public struct HubGreeting: Hashable, Sendable {
    /// New at each start of the hub.
    public var epoch: UInt64
    /// Of its last broadcast.
    public var sequence: UInt64
    /// By its own clock, when it answered.
    public var time: Timestamp
    /// What one request may hold at most; a single report always fits.
    public var longestRequest: Int
    public var reportsPerRequest: Int
    /// No report counts longer than this after its version's time.
    public var maximumBantime: Duration
    /// The highest version of this host's that it knows; 0: none.
    public var version: Version
    /// Of the reports of this host's that it keeps.
    public var digest: ReportDigest
    /// How far it trusts its friends.
    public var levels: [Cluster: Trust]

    public init(
        epoch: UInt64, sequence: UInt64, time: Timestamp, longestRequest: Int, reportsPerRequest: Int,
        maximumBantime: Duration, version: Version, digest: ReportDigest, levels: [Cluster: Trust] = [:]
    ) {
        self.epoch = epoch
        self.sequence = sequence
        self.time = time
        self.longestRequest = longestRequest
        self.reportsPerRequest = reportsPerRequest
        self.maximumBantime = maximumBantime
        self.version = version
        self.digest = digest
        self.levels = levels
    }
}

/// Why a hub does not take something.
public struct HubRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Verdict: String, Hashable, Sendable {
        /// It is wrong in itself: to be logged, and gone past.
        case never
        /// It may be taken another time: to be kept, and tried again.
        case later
    }

    public var verdict: Verdict
    /// For people; one line.
    public var reason: String

    public init(_ verdict: Verdict, _ reason: String) {
        self.verdict = verdict
        self.reason = reason
    }

    public var description: String { "\(verdict.rawValue): \(reason)" }
}

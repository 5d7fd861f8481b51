/// What a hub says of itself, and of the host that greets it.
package struct HubGreeting: Hashable, Sendable {
    /// New at each start of the hub.
    package var epoch: UInt64
    /// Of its last broadcast.
    package var sequence: UInt64
    /// By its own clock, when it answered.
    package var time: Timestamp
    /// What one request may hold at most; a single report always fits.
    package var longestRequest: Int
    package var reportsPerRequest: Int
    /// No report counts longer than this after its version's time.
    package var maximumBantime: Duration
    /// The highest version of this host's that it knows; 0: none.
    package var version: Version
    /// Of the reports of this host's that it keeps.
    package var digest: ReportDigest
    /// How far it trusts its friends.
    package var levels: [Cluster: Trust]

    package init(
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
package struct HubRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Verdict: String, Hashable, Sendable {
        /// It is wrong in itself: to be logged, and gone past.
        case never
        /// It may be taken another time: to be kept, and tried again.
        case later
    }

    package var verdict: Verdict
    /// For people; one line.
    package var reason: String

    package init(_ verdict: Verdict, _ reason: String) {
        self.verdict = verdict
        self.reason = reason
    }

    package var description: String { "\(verdict.rawValue): \(reason)" }
}

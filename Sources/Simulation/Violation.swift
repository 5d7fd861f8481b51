/// What must never happen, and did.
public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Invariant: String, CaseIterable, Sendable {
        case acknowledgedIsHeld = "every report that a hub has ACKed is held by it"
        case positionFollowsAcks = "a monitor's position on disk is not past what a hub has ACKed"
        case copiesAreEqual = "every copy holds what the hubs hold, and nothing else"
        case copiesOnlyGrow = "a copy never goes back to a lesser state of a report"
        case ledgerFollowsPolicy = "the ledger is what the policy says of the copy"
        case jailFollowsLedger = "fail2ban's jail holds what the ledger says"
        case reportsFollowFail2Ban = "the hubs hold what the hosts' fail2bans ban, until it ends"
        case nobodyPastTheEnd = "nobody is banned past the end"
        case nobodyFreedEarly = "nobody is freed before the end but by a person"
        case localBansStay = "no local ban is lifted by the cluster"
        case noEcho = "no ban of the cluster's own is reported"
        case allIsForgotten = "what is over is forgotten everywhere"
        case nobodySpins = "no daemon works without end"
        case nothingComesBack =
            "what friends tell comes by a way that leads from who made it, and never through oneself"
        case nothingIsForged = "what is held of another cluster is what that cluster has signed"
        case nobodyWeighsMore = "friends make believe no more than they are trusted, and nobody counts twice"
        case truthArrives = "what honest clusters say arrives, by the best way"
        case twinsAreEqual = "twins hold the same, and judge alike"
    }

    public var invariant: Invariant
    /// In true time, in microseconds since the world began.
    public var time: Int64
    /// What was found instead.
    public var detail: String

    public var description: String { "\(invariant.rawValue): \(detail) (at \(seconds(time)))" }
}

/// `12.345 s`
func seconds(_ microseconds: Int64) -> String {
    let milliseconds = microseconds / 1000
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.utf8.count))\(rest) s"
}

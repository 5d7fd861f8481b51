/// A kind of fault that a schedule has really reached.
public enum Fault: Hashable, Comparable, Sendable, CustomStringConvertible {
    case lost, doubled, delayed, reordered, cut, silence
    case killed(String)
    case stalled, diskFull
    case rotated, rotatedAway
    case clockForward, clockBack
    case jailRestarted, serverRestarted, slowAnswer, unclearAnswer, bantimeChanged
    case personBanned, personUnbanned, failover, bucketsCompared, allowed, disallowed
    case hubKilled, pardoned, trustChanged, goesRound, twins, tippedByFriends, toldByOtherWays
    case lied(String)

    public var description: String {
        switch self {
        case .lost: "a message was lost"
        case .doubled: "a message came twice"
        case .delayed: "a message was late"
        case .reordered: "a message overtook another"
        case .cut: "a connection broke"
        case .silence: "a connection fell silent"
        case .killed(let point): "killed: \(point)"
        case .stalled: "a daemon stood still"
        case .diskFull: "a disk was full"
        case .rotated: "the log was rotated"
        case .rotatedAway: "the log was rotated away"
        case .clockForward: "a clock jumped forward"
        case .clockBack: "a clock jumped back"
        case .jailRestarted: "a jail was restarted"
        case .serverRestarted: "fail2ban was restarted"
        case .slowAnswer: "fail2ban answered late"
        case .unclearAnswer: "fail2ban's answer was lost"
        case .bantimeChanged: "a jail's bantime was changed"
        case .personBanned: "a person banned"
        case .personUnbanned: "a person unbanned"
        case .failover: "a monitor went to another hub"
        case .bucketsCompared: "a copy compared buckets"
        case .allowed: "an address was allowed"
        case .disallowed: "an allowance was taken back"
        case .hubKilled: "a hub was killed"
        case .pardoned: "an address was pardoned"
        case .trustChanged: "how far a friend is trusted was changed"
        case .goesRound: "friends of friends are friends"
        case .twins: "a cluster has two hubs"
        case .tippedByFriends: "several friends together made a ban"
        case .toldByOtherWays: "who was on the best way was told by another"
        case .lied(let lie): "somebody \(lie)"
        }
    }

    public static func < (left: Fault, right: Fault) -> Bool { left.description < right.description }

    /// Every kind that is to be reached.
    static func all(of stage: Stage) -> [Fault] {
        switch stage {
        case .hosts: ofHosts
        case .friends: ofFriends
        }
    }

    private static let ofFriends: [Fault] =
        [
            .lost, .delayed, .cut, .hubKilled, .pardoned, .trustChanged, .goesRound, .twins, .tippedByFriends,
            .toldByOtherWays, .bucketsCompared,
        ] + FriendStep.Lie.allCases.map { .lied($0.rawValue) }

    private static let ofHosts: [Fault] =
        [
            .lost, .doubled, .delayed, .reordered, .cut, .silence, .stalled, .diskFull, .rotated, .rotatedAway,
            .clockForward, .clockBack, .jailRestarted, .serverRestarted, .slowAnswer, .unclearAnswer, .bantimeChanged,
            .personBanned, .personUnbanned, .failover, .bucketsCompared, .allowed, .disallowed,
        ] + KillPoint.allCases.map { .killed($0.rawValue) }
}

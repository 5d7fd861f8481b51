/// Why a friend's report is not taken, as protocol and command call it.
public enum FriendRefusal: String, Hashable, Sendable, CaseIterable, Comparable {
    case isOurs = "ours"
    case wrongWay = "way"
    case tooFar = "far"
    case badSignature = "signature"
    case future
    case allowance
    case neverBanned = "exempt"
    case tooMany = "many"

    /// What follows "a friend's report".
    public var reason: String {
        switch self {
        case .isOurs: "comes from us, or went through us"
        case .wrongWay: "did not come from who gave it to us"
        case .tooFar: "went through more than \(Way.mostHops) clusters"
        case .badSignature: "is not signed by the cluster that is said to have made it"
        case .future: "was made in the future: is a clock wrong?"
        case .allowance: "says what may not be banned, which is for each cluster to say"
        case .neverBanned: "is about an address that may not be banned"
        case .tooMany: "is more than a friend may tell"
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

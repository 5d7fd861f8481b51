/// A connection that is made, or that is being tried; libzmq goes on by itself where it comes to nothing.
///
/// All times are monotonic microseconds.
struct ConnectionAttempt: Equatable {
    let begun: Int64
    /// When the other end's machine answered; nil: not yet.
    private(set) var reached: Int64?

    init(begun: Int64) { self.begun = begun }

    mutating func isReached(at now: Int64) { reached = reached ?? now }
}

/// Two roads lead to a hub, one to each of its ports. While neither is open they are tried in turns: the first that opens is
/// found in half the time that it takes to find that one is still cut, and the other one is then tried at once.
struct ConnectionTurn: Equatable {
    enum Road { case broadcasts, replies }

    /// How long one road is given, in microseconds: a little longer than libzmq gives an attempt (``ConnectionPace``).
    static let period: Int64 = 900_000
    /// Attempts that began together, in microseconds, have the same chance.
    private static let together: Int64 = 10_000

    /// The one that is to be tried anew.
    let road: Road
    /// When.
    let due: Int64

    /// - Parameters: nil: no road that is tried now. Where nothing is gained by trying anew there is no turn.
    init?(broadcasts: ConnectionAttempt?, replies: ConnectionAttempt?) {
        guard let broadcasts, let replies else { return nil }
        switch (broadcasts.reached, replies.reached) {
        case (nil, nil):
            road = broadcasts.begun <= replies.begun ? .broadcasts : .replies
            due = max(
                min(broadcasts.begun, replies.begun) + Self.period,
                max(broadcasts.begun, replies.begun) + Self.period / 2)
        case (let reached?, nil) where replies.begun + Self.together < reached: (road, due) = (.replies, reached)
        case (nil, let reached?) where broadcasts.begun + Self.together < reached: (road, due) = (.broadcasts, reached)
        default: return nil
        }
    }
}

internal import BanModel

/// Which reports are to be told anew before the hub takes them for over, and when: so many at a time.
///
/// 100,000 permanent bans that one `restore` made are due at one moment. They go in pieces, a second apart, so that what
/// an attacker does meanwhile waits for one piece at most, and no hub has to take them all at once.
struct Renewals: Sendable {
    /// What a hub takes in one request, and nobody notices.
    static let piece = 500
    static let pause = Duration.seconds(1)

    private var queue = DeadlineQueue<HostClaim>()
    private var notBefore = Timestamp(microseconds: .min)

    var next: Timestamp? { queue.next.map { max($0, notBefore) } }

    mutating func add(_ claim: HostClaim, at time: Timestamp) { queue.add(claim, at: time) }

    /// The claims of one piece whose time has come, each taken out.
    mutating func takeDue(at now: Timestamp) -> [HostClaim] {
        guard now >= notBefore else { return [] }
        let due = queue.takeDue(at: now, atMost: Self.piece)
        if due.count == Self.piece { notBefore = now + Self.pause }
        return due
    }

    /// Nothing more for a moment: what was taken out before is still on its way.
    mutating func rest(at now: Timestamp) { notBefore = now + Self.pause }

    /// After the clock was set back.
    mutating func forgetFuture(at now: Timestamp) { notBefore = min(notBefore, now) }
}

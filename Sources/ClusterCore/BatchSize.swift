internal import BanModel

/// How many addresses go into one call, so that a call takes no longer than others can wait for fail2ban.
///
/// fail2ban serves one caller at a time, and what an address costs it depends on the jail's action: a tenth of a
/// millisecond where it does nothing, ten where it starts a program. So the cost is learnt from the calls, for each jail
/// and for bans and frees by themselves. A call may have a cost of its own, the start of fail2ban's client, during which
/// fail2ban is free for others.
struct BatchSize: Sendable {
    /// How long the addresses of one call keep fail2ban busy. Others may have to wait for two calls, and one that turns out
    /// twice as long is still no long wait.
    static let aim = Duration.milliseconds(70)
    static let largest = 5_000
    /// Where nothing is known: even programs that start slowly are no long wait.
    private static let first = 4
    /// As long as calls change nothing, which costs nothing: the next one may meet addresses that are all new.
    private static let largestUnproven = 25
    /// After so long without a call nothing is known: the jail may have another action by now.
    private static let memory = Duration.seconds(60)

    private var size = first
    /// What one address costs.
    private var cost = Duration.zero
    /// What the call itself costs; nil: no call has shown it.
    private var overhead: Duration?
    private var last: Timestamp?

    /// How many may go into the call that begins now.
    mutating func next(at now: Timestamp) -> Int {
        if let last, now < last || now - last > Self.memory { self = Self() }
        return size
    }

    /// A call that was slower than thought makes the next ones smaller at once; one that was quicker makes them larger
    /// little by little, and at most twice as large as one that has been made.
    mutating func learn(count: Int, changed: Int, took: Duration, at now: Timestamp) {
        last = now
        // Below zero: the clock was set back.
        guard count > 0, took >= .zero else { return }
        guard changed * 2 > count else {
            if count >= size { size = max(size, min(size * 2, Self.largestUnproven)) }
            return
        }
        guard let overhead else {
            if count > 1, took > Self.aim {
                // Whether that was the call or the addresses, one address alone will show.
                size = 1
            } else {
                overhead = count > 1 ? .zero : took
                grow(count)
            }
            return
        }
        if count == 1 {
            // It says nothing of what more of them would add.
            self.overhead = min(took, (overhead * 3 + took) / 4)
            cost = cost * 9 / 10
        } else {
            self.overhead = min(took, overhead)
            // The start of a program takes half as long again at times, and that must not count as the addresses' cost.
            let shown = max(took - overhead * 3 / 2, .zero) / (count - 1)
            cost = max(shown, (cost * 4 + shown) / 5)
        }
        grow(count)
    }

    private mutating func grow(_ count: Int) {
        let proven = count >= size ? size * 2 : size
        let affordable = cost > .zero ? Int(Self.aim / cost) + 1 : Self.largest
        size = min(proven, affordable, Self.largest)
    }
}

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
    static let aim = Duration.milliseconds(90)
    static let largest = 5_000
    /// Where nothing is known: even programs that start slowly are no long wait.
    private static let first = 4
    /// As long as calls change nothing, which costs nothing: the next one may meet addresses that are all new.
    private static let largestUnproven = 25
    /// After so long without a call nothing is known: the jail may have another action by now.
    private static let memory = Duration.seconds(60)

    /// Whether a call starts a program; that its start is no cost of the addresses has to be learnt.
    private let startsProgram: Bool
    private var size = first
    /// What one address costs.
    private var cost = Duration.zero
    /// What the start of the program takes; nil: no call has shown it.
    private var overhead: Duration?
    private var last: Timestamp?

    init(startsProgram: Bool) { self.startsProgram = startsProgram }

    /// How many may go into the call that begins now.
    mutating func next(at now: Timestamp) -> Int {
        if let last, now < last || now - last > Self.memory { self = Self(startsProgram: startsProgram) }
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
        if startsProgram {
            learnBesideStart(count, took)
        } else {
            learn(cost: took / count, of: count)
        }
        let proven = count >= size ? size * 2 : size
        let affordable = cost > .zero ? Int(Self.aim / cost) : Self.largest
        size = max(1, min(proven, affordable, Self.largest))
    }

    /// What was far too slow must not happen twice; what was not is smoothed, or each hiccup would make many small calls.
    private mutating func learn(cost shown: Duration, of count: Int) {
        let smoothed = cost == .zero ? shown : (cost * 3 + shown) / 4
        cost = shown * count > Self.aim * 3 / 2 ? max(shown, smoothed) : smoothed
    }

    private mutating func learnBesideStart(_ count: Int, _ took: Duration) {
        guard count > 1 else {
            // It says nothing of what more of them would add.
            cost = overhead == nil ? .zero : cost * 9 / 10
            overhead = overhead.map { min(took, ($0 * 3 + took) / 4) } ?? took
            return
        }
        guard let overhead else {
            // Whether that was the start or the addresses, one address alone will show.
            learn(cost: took > Self.aim ? took : took / count, of: count)
            return
        }
        self.overhead = min(took, overhead)
        // A program that starts now faster and now slower must not look like addresses that cost more.
        let tolerance = min(overhead / 2, Self.aim * 2 / 3)
        let shown = max(took - overhead - tolerance, .zero) / (count - 1)
        // What is tolerated hides the cost of small calls, so the first that shows it counts whole.
        cost = max(shown, (cost * 3 + shown) / 4)
    }
}

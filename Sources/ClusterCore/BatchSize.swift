internal import BanModel

/// How many addresses go into one call, so that a call takes no longer than others can wait for fail2ban.
///
/// fail2ban serves one caller at a time, and what an address costs it depends on the jail's action: a tenth of a
/// millisecond where it does nothing, ten where it starts a program. So the cost is learnt from the calls, for each jail
/// and for bans and frees by themselves. A call may have a cost of its own, the start of fail2ban's client, during which
/// fail2ban is free for others.
struct BatchSize: Sendable {
    /// How long the addresses of one call are to keep fail2ban busy. Others may have to wait for two calls, and one that turns
    /// out twice as long is still no long wait. Less where a program's start hides a part of it.
    private var aim: Duration { .milliseconds(startsProgram ? 60 : 90) }
    static let largest = 5_000
    /// Where nothing is known: even programs that start slowly are no long wait.
    private static let first = 4
    /// Where each call starts a program: on a busy machine its start takes now half a second and now two, which hides what the
    /// addresses cost, and with fewer in a call a backlog would never end.
    private static let leastWithProgram = 10
    /// As long as calls change nothing, which costs nothing: the next one may meet addresses that are all new.
    private static let largestUnproven = 25
    /// After so long without a call nothing is known: the jail may have another action by now.
    private static let memory = Duration.seconds(60)

    /// Whether a call starts a program; that its start is no cost of the addresses has to be learnt.
    private let startsProgram: Bool
    private var size: Int
    /// What one address costs.
    private var cost = Duration.zero
    /// The shortest call that started a program, and how many addresses it had: nearly all of it was the start.
    private var shortest: (took: Duration, count: Int)?
    private var last: Timestamp?

    init(startsProgram: Bool) {
        self.startsProgram = startsProgram
        size = startsProgram ? Self.leastWithProgram : Self.first
    }

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
        let affordable = cost > .zero ? Int(aim / cost) : Self.largest
        size = max(startsProgram ? Self.leastWithProgram : 1, min(proven, affordable, Self.largest))
    }

    /// What was far too slow must not happen twice; what was not is smoothed, or each hiccup would make many small calls.
    private mutating func learn(cost shown: Duration, of count: Int) {
        let smoothed = cost == .zero ? shown : (cost * 3 + shown) / 4
        cost = shown * count > aim * 3 / 2 ? max(shown, smoothed) : smoothed
    }

    private mutating func learnBesideStart(_ count: Int, _ took: Duration) {
        guard let known = shortest, took > known.took else {
            shortest = (took, count)
            return
        }
        guard count > known.count else {
            // It says nothing of what more of them would add; a machine that got busy starts programs more slowly.
            shortest?.took = (known.took * 3 + took) / 4
            return
        }
        // A program that starts now faster and now slower must not look like addresses that cost more.
        let tolerance = min(known.took / 2, aim * 2 / 3)
        let shown = max(took - known.took - tolerance, .zero) / (count - known.count)
        // What is tolerated hides the cost of small calls, so the first that shows it counts whole. But no higher than
        // makes the smallest calls, or one slow start would be remembered for long.
        cost = min(max(shown, (cost * 3 + shown) / 4), aim / Self.leastWithProgram)
    }
}

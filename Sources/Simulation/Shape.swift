/// How large a world is, and what its hosts are like.
struct Shape: Hashable, Sendable {
    struct HostShape: Hashable, Sendable {
        /// Whether the monitor may ask fail2ban; where not, it goes by the log alone.
        var asks: Bool
        /// Whether fail2ban writes `Repeal Ban` at a stop (1.1.1), or `Unban`.
        var repeals: Bool
        /// Whether its log tells of stops and starts: not with loglevel NOTICE.
        var marks: Bool
        /// Of each jail, in seconds.
        var bantimes: [Int64]
        /// What the monitor takes for the bantime until it knows better, in seconds.
        var configured: Int64
    }

    var hosts: [HostShape]
    var jails: Int
    var addresses: Int
    /// How many reports a hub takes in one request, and tells in one answer.
    var batch: Int
    /// Whether clocks jump.
    var clocksJump: Bool

    static let hubs = 2
    static let bantimes: [Int64] = [60, 120, 300, 600, 900]

    init(seed: UInt64) {
        var chance = SeededGenerator(seed: seed, stream: 1)
        let jails = 1 + chance.below(2)
        self.jails = jails
        addresses = 4 + chance.below(9)
        batch = chance.pick([2, 3, 1_000])
        clocksJump = chance.chance(40)
        hosts = []
        for _ in 0..<chance.pick([2, 2, 2, 3, 3, 4]) {
            let asks = !chance.chance(35)
            let bantimes = (0..<jails).map { _ in chance.pick(Self.bantimes) }
            hosts.append(
                HostShape(
                    asks: asks, repeals: chance.chance(30), marks: !asks || chance.chance(70), bantimes: bantimes,
                    configured: asks ? chance.pick(Self.bantimes) : bantimes.min() ?? 60))
        }
    }
}

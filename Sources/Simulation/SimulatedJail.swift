internal import BanModel

/// One jail of a simulated fail2ban. Times are by the host's clock.
struct SimulatedJail {
    enum Maker { case fail2ban, person, cluster }

    struct Ban {
        var since: Timestamp
        /// nil: the jail's bantime decides.
        var length: Duration?
        var maker: Maker
        /// Of the last line that told of it.
        var told: Timestamp
        /// Where its line stands in the log, and that line's time; nil: it is not written yet.
        var line: (place: SimulatedLog.Place, time: Timestamp)?
        /// Whether the monitor has reported it.
        var isReported = false
        /// When its line was written; in true time.
        var begun: Int64
        /// Whether the host's clock was wrong at some time of it.
        var isMisdated = false
    }

    enum Phase { case running, stopping, stopped }

    let name: Jail
    /// nil: for ever.
    var bantime: Duration?
    var phase = Phase.running
    var bans: [Address: Ban] = [:]
    /// In its database while it is stopped, and while they are restored.
    var suspended: [Address: Ban] = [:]
    /// How many bans it has made since it started.
    var total = 0
    /// When somebody was last freed otherwise than by a stop, by true time.
    var freed: [Address: Int64] = [:]

    func end(of ban: Ban) -> Timestamp { (ban.length ?? bantime).map { ban.since + $0 } ?? .forever }

    /// What it holds, or holds again as soon as it runs.
    func held(_ address: Address, at now: Timestamp) -> Ban? {
        if let ban = bans[address] { return ban }
        guard let ban = suspended[address], end(of: ban) > now else { return nil }
        return ban
    }
}

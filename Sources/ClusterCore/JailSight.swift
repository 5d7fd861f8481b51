internal import BanModel

/// What is known of a jail that we ban in, and when it is looked at again.
struct JailSight: Sendable {
    /// So often what it holds is compared with the ledger.
    static let sweep = Duration.seconds(300)
    /// Between two looks that both miss an address: one of them could fall into a stop of the jail.
    static let doubt = Duration.seconds(10)
    /// How long after a ban its end is looked up where it cannot be reckoned.
    static let soon = Duration.milliseconds(500)
    /// The end of a ban is known so well: fail2ban looks for ends once a second, and a call takes its time.
    static let slack = Duration.seconds(3)
    /// A ban is renewed when half of it is over, but not earlier than so long before its end.
    static let longestLead = Duration.seconds(3 * 86_400)

    /// When it is looked at next.
    var due: Timestamp
    /// How long a ban lasts there, by its list.
    var bantime: Duration?
    /// At least so many bans it has made in this life, by its own count and our acts; nil: not known.
    var total: Int?
    /// What a look did not find, though its time was not over, since when.
    var missed: [Address: Timestamp] = [:]
    /// When the bans that we hold there end by themselves.
    var ends: [Address: Timestamp] = [:]

    init(due: Timestamp) { self.due = due }

    /// The jail, or fail2ban, is gone: what it held says nothing any more.
    mutating func end() {
        total = nil
        missed = [:]
    }

    /// How long before its end a ban is renewed.
    static func lead(_ bantime: Duration) -> Duration { min(bantime / 2, longestLead) }

    mutating func want(at time: Timestamp) { due = min(due, time) }

    /// The clock was set: a moment that was near may be far now.
    mutating func clockWasSet(at now: Timestamp) {
        want(at: now)
        missed = missed.mapValues { min($0, now) }
    }
}

internal import BanModel

/// One life of a jail, from its start to its stop: absence from its list means nothing across lives.
struct JailLife: Sendable {
    private(set) var number = 1
    /// The last sign of a stop, a start, or of bans being restored.
    private(set) var lastSign: Timestamp
    /// When this life was found to have begun; nil: it is the first that we know of.
    private var began: Timestamp?
    /// Whether the log told of a stop and not yet of a start.
    private(set) var isStopped = false
    /// The last `Unban` before an end.
    var lastUnban: Timestamp?
    /// What fail2ban said of the jail's bantime; nil: nothing yet. The inner nil: for ever.
    var bantime: Duration??
    /// At least so many bans it has made in this life, by its own count and the log; nil: not known.
    private(set) var total: Int?
    /// What ``total`` was when fail2ban was last asked for its own.
    private var totalWhenAsked: Int?

    init(at now: Timestamp) { lastSign = now }

    /// The jail stopped or started: what was listed before says nothing any more.
    mutating func begin(at now: Timestamp, isStopped: Bool = false) {
        number += 1
        total = nil
        totalWhenAsked = nil
        lastSign = now
        began = now
        self.isStopped = isStopped
    }

    /// Whether the answer to a question that was asked then can be about this life. Where the clock was set back, it can.
    func isMeant(asked: Timestamp, at now: Timestamp) -> Bool {
        began.map { $0 <= asked || $0 > now } ?? true
    }

    mutating func restored(at now: Timestamp) { lastSign = now }

    /// The log told of one more ban.
    mutating func counted() { total = total.map { $0 + 1 } }

    mutating func asked() { totalWhenAsked = total }

    /// fail2ban's own count. Returns whether it can be this life's: one that is smaller than what was known before the
    /// question is that of another life.
    mutating func take(total answer: Int, at now: Timestamp) -> Bool {
        let isSame = answer >= totalWhenAsked ?? 0
        if !isSame { begin(at: now) }
        total = max(answer, total ?? 0)
        return isSame
    }

    /// When bans that were to be restored must have been.
    var settled: Timestamp { lastSign + Monitor.settling }
}

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
    /// Whether the last answer was that there is no such jail, or no server: it starts before the next list.
    private(set) var isAway = false
    /// The last `Unban` before an end.
    var lastUnban: Timestamp?
    /// What fail2ban said of the jail's bantime; nil: nothing yet. The inner nil: for ever.
    var bantime: Duration??
    /// At least so many bans it has made in this life, by its own count and the log; nil: not known.
    private(set) var total: Int?
    /// How many the log alone has told since this life was found to have begun.
    private var told = 0
    /// What ``total``, or else ``told``, was when fail2ban was last asked for its own count.
    private var totalWhenAsked: Int?
    /// When fail2ban was asked for the count, or the list, that ``total`` began with.
    private var countedFrom: Timestamp?

    init(at now: Timestamp) { lastSign = now }

    /// Whether a line of this time can only be of this life, as far as the log tells.
    ///
    /// - Parameter start: when the log began to be read: who knows what happened to the jail between an older line and that.
    func holds(_ time: Timestamp, since start: Timestamp) -> Bool { began != nil || time + Self.grain >= start }

    /// The jail stopped or started: what was listed before says nothing any more.
    mutating func begin(at now: Timestamp, isStopped: Bool = false, isAway: Bool = false) {
        number += 1
        total = nil
        told = 0
        totalWhenAsked = nil
        countedFrom = nil
        lastSign = now
        began = now
        lastUnban = nil
        self.isStopped = isStopped
        self.isAway = isAway
    }

    /// Whether the answer to a question that was asked then can be about this life. Where the clock was set back, it can.
    func isMeant(asked: Timestamp, at now: Timestamp) -> Bool {
        began.map { $0 <= asked || $0 > now } ?? true
    }

    /// After the clock was set back: nothing of what is known lies in the future.
    mutating func forgetFuture(at now: Timestamp) {
        lastSign = min(lastSign, now)
        began = began.map { min($0, now) }
        lastUnban = lastUnban.map { min($0, now) }
        countedFrom = countedFrom.map { min($0, now) }
    }

    mutating func restored(at now: Timestamp) {
        lastSign = now
        isStopped = false
    }

    /// A slow stop goes on.
    mutating func stillStops(at now: Timestamp) { lastSign = now }

    /// The log told of one more ban.
    ///
    /// fail2ban counts a ban before it writes its line, so what was written before it was asked is in its answer. One that
    /// was written while it answered is counted, perhaps twice: that takes a jail for restarted, and lifts a minute later.
    /// A line of longer ago is of another zone than ours: its time says nothing.
    mutating func counted(at time: Timestamp) {
        isStopped = false  // a jail that is being stopped bans nobody
        if let asked = countedFrom, time + Self.grain <= asked, asked - time < Monitor.quarter { return }
        told += 1
        total = total.map { $0 + 1 }
    }

    /// fail2ban cuts the time of a line to milliseconds.
    private static let grain = Duration.milliseconds(1)

    mutating func asked() { totalWhenAsked = total ?? told }

    /// Whether fail2ban was asked for its count in this life, as far as is known: where not, the answer may be of another.
    var wasAsked: Bool { totalWhenAsked != nil }

    /// fail2ban's own count. Returns whether it can be this life's: one that is smaller than what was known before the
    /// question is that of another life.
    mutating func take(total answer: Int, asked: Timestamp, at now: Timestamp) -> Bool {
        let isSame = answer >= totalWhenAsked ?? 0
        if !isSame { begin(at: now) }
        total = max(answer, total ?? 0)
        countedFrom = asked
        return isSame
    }

    /// It lists so many bans, and so has made as many in this life.
    mutating func take(listed count: Int, asked: Timestamp) {
        guard count > total ?? told else { return }
        total = count
        countedFrom = asked
    }

    /// When bans that were to be restored must have been.
    var settled: Timestamp { lastSign + Monitor.settling }
}

public import BanModel

/// What the monitor is told once, and what it asks of its shell.
extension Monitor {
    public struct Settings: Sendable {
        public var host: Host
        /// Their bans are nobody's news: the subscriber's own jail above all.
        public var ignoredJails: Set<Jail>
        /// How long a ban lasts where neither the log nor fail2ban says; nil: for ever.
        public var bantime: Duration?
        /// Never reported, nor is a network that holds one of them.
        public var ignored: [Address]
        /// Whether fail2ban may be asked at all.
        public var asks: Bool

        public init(
            host: Host, ignoredJails: Set<Jail>, bantime: Duration?, ignored: [Address] = [], asks: Bool = true
        ) {
            self.host = host
            self.ignoredJails = ignoredJails
            self.bantime = bantime
            self.ignored = ignored
            self.asks = asks
        }
    }

    public enum Effect: Hashable, Sendable {
        case ask(Question)
        /// To be on disk before the next effect is carried out.
        case save(MonitorRecord)
        case note(Note)
    }

    /// What an administrator may want to read in the log.
    public enum Note: Hashable, Sendable {
        case reported(Subject, until: Timestamp)
        case lifted(Subject)
        case ended(Subject)
        case neverBanned(Address, reason: String)
        /// A hub of the old form does not say why.
        case refusedForGood(Subject, reason: String?)
        case refusedForNow(reason: String?)
        /// The hub's clock shows so much more than ours.
        case clockDiffers(Duration)
        /// The hub's clock was never set: ends are told as they were.
        case hubClockUnset
        /// The hub does not hold what it has ACKed: it is told again.
        case toldAgain(Int)
        /// So many last longer than the hub counts a report: it is told with new versions that they hold.
        case renewed(Int)
        case cannotAsk(reason: String)
        case noAnswer(Question, reason: String)
        case jailRestarted(Jail)
    }
}

internal import BanModel

/// A line that tells of a ban.
struct Sighting: Hashable, Sendable {
    /// From when on the ban lasts.
    var time: Timestamp
    /// nil: the line does not say it, the jail's bantime does. The inner nil: for ever.
    var bantime: Duration??
}

/// A moment that may not be known, in 8 bytes: with a million reports each optional's 16 are felt.
@propertyWrapper
struct Moment: Hashable, Sendable {
    private var known = Timestamp(microseconds: .min)

    init(wrappedValue: Timestamp?) { self.wrappedValue = wrappedValue }

    var wrappedValue: Timestamp? {
        get { known.microseconds == .min ? nil : known }
        set { known = newValue ?? Timestamp(microseconds: .min) }
    }
}

/// A report of this host that counts, and what fail2ban has said of it.
struct LiveReport: Hashable, Sendable {
    var state: Report.State
    /// In which life of the jail fail2ban was last seen to hold it; 0: in none that we know of.
    var life = 0
    /// When that was.
    var seenAt = Timestamp.seconds(0)
    /// When its end was last reckoned: an answer to an earlier question does not know better.
    var reckonedAt = Timestamp.seconds(0)
    /// When the observer said how long it lasts.
    @Moment var increasedAt: Timestamp?
    /// The time of its line, where the end was reckoned from it before fail2ban had told the jail's bantime.
    @Moment var guessedFrom: Timestamp?
    /// When the log said that it was unbanned before its end: by a person or by a stop.
    @Moment var heldSince: Timestamp?
    /// When an answer first did not list it.
    @Moment var missedAt: Timestamp?
    /// Whether an administrator has lifted it at the hub: only what is new of it is told.
    var isPardoned = false
    /// When its end was first found to be over.
    @Moment var overdueSince: Timestamp?

    /// fail2ban holds it, in this life of its jail.
    mutating func isSeen(in life: JailLife?, at now: Timestamp) {
        self.life = life?.number ?? 0
        seenAt = now
        heldSince = nil
        missedAt = nil
    }
}

/// What fail2ban's action wrote into the spool of one ban: all that is to be known of it.
public struct SpooledBan: Hashable, Sendable {
    public var subject: Subject
    /// From which the ban lasts: the failure's, which may be long before the line.
    public var time: Timestamp
    /// nil: for ever.
    public var bantime: Duration?

    public init(_ subject: Subject, time: Timestamp, bantime: Duration?) {
        self.subject = subject
        self.time = time
        self.bantime = bantime
    }
}

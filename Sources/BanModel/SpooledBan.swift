/// What fail2ban's action wrote into the spool of one ban: all that is to be known of it.
package struct SpooledBan: Hashable, Sendable {
    package var subject: Subject
    /// From which the ban lasts: the failure's, which may be long before the line.
    package var time: Timestamp
    /// nil: for ever.
    package var bantime: Duration?

    package init(_ subject: Subject, time: Timestamp, bantime: Duration?) {
        self.subject = subject
        self.time = time
        self.bantime = bantime
    }
}

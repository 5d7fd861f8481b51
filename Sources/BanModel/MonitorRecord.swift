/// One record of the monitor's state file; the file is these, in order.
package enum MonitorRecord: Hashable, Sendable {
    /// The hub has ACKed that this subject is banned.
    case live(Subject, Report.State)
    /// The hub has ACKed, or time has told, that this report is over; the version is its last.
    case gone(Subject, Version)
    /// No later version has been given away.
    case version(Version)
    /// Everything in the log before this position is done with.
    case position(LogPosition)
}

/// One record of the monitor's state file; the file is these, in order.
public enum MonitorRecord: Hashable, Sendable {
    /// The hub has ACKed this, in its own time; lifted, it is kept until it may be forgotten.
    case live(HostClaim, Report.State)
    /// The hub holds this lifted, in its own time, by an administrator's pardon, though fail2ban lists it still.
    case pardoned(HostClaim, Report.State)
    /// The hub has ACKed, or time has told, that this report is over; the version is its last.
    case gone(HostClaim, Version)
    /// What the hub's clock shows beyond ours.
    case clock(Duration)
    /// Who we are, beside our name.
    case instance(Instance)
    /// No later version has been given away.
    case version(Version)
    /// Everything in the log before this position is done with.
    case position(LogPosition)
    /// The same for the spool of fail2ban's action.
    case spool(FilePosition)
}

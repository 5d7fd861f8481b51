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

/// A place in a log file that is found again after the file was renamed.
package struct LogPosition: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    /// In bytes, behind the end of a line.
    package var offset: UInt64

    package init(device: UInt64, inode: UInt64, offset: UInt64) {
        self.device = device
        self.inode = inode
        self.offset = offset
    }
}

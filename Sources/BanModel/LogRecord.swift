/// What one line of fail2ban's log says that matters to the cluster.
public struct LogRecord: Hashable, Sendable {
    public enum Event: Hashable, Sendable {
        case jail(Jail, JailEvent)
        /// The server begins to stop: `Shutdown in progress`, `Stopping all jails`.
        case serverStopping
        /// The server has started: `Starting Fail2ban`.
        case serverStarting
    }

    public enum JailEvent: Hashable, Sendable {
        case banned(Address)
        /// `Restore Ban`: still banned after a restart.
        case restored(Address)
        /// `Increase Ban`: the observer's word on the true end.
        case increased(Address, until: Timestamp)
        /// `Unban`: a natural end, a person's unban, or (up to fail2ban 1.1.0) a stop.
        case unbanned(Address)
        /// `Repeal Ban`, fail2ban 1.1.1: the jail is being stopped.
        case repealed(Address)
        /// `already banned`: it fails again while it is banned; its end may have moved.
        case bannedAlready(Address)
        case started
        case stopped
    }

    /// The line's own time; the moment of reading where the line has none.
    public var time: Timestamp
    public var event: Event

    public init(time: Timestamp, event: Event) {
        self.time = time
        self.event = event
    }
}

/// One record of the ledger, in which a subscriber writes what it does to its host before it does it.
///
/// The monitor of the same host reads it too, and so does not report what the cluster itself has banned.
public struct LedgerRecord: Hashable, Sendable {
    public enum Step: String, Hashable, Sendable, CaseIterable {
        /// About to be banned: from this moment on it may be our doing.
        case intended
        /// Banned by us.
        case held
        /// It was banned before we came: not ours, never lifted by us.
        case foreign
        /// Banned, by us or somebody else: the answer was lost. Never lifted by us, and not reported either.
        case unclear
        /// Only written into the log action's file: nothing was done to fail2ban.
        case logged
        /// fail2ban itself banned it here, and an administrator has pardoned it: about to be freed.
        case pardoned
        /// A person freed it here: left free until somebody vouches for the ban who did not by then.
        case yielded
        /// Free again, or never banned: until this moment it may have been our doing.
        case released
    }

    /// The jail in which the address is banned on this host, which need not be the one it was reported from.
    public var subject: Subject
    public var step: Step
    public var time: Timestamp
    /// Of ``Step/yielded``: who vouched for the ban then.
    public var witnesses: Set<Host>

    public init(_ subject: Subject, _ step: Step, at time: Timestamp, witnesses: Set<Host> = []) {
        self.subject = subject
        self.step = step
        self.time = time
        self.witnesses = witnesses
    }
}

public import BanModel

/// What is to be different on disk.
public enum StoreChange: Hashable, Sendable {
    /// Replaces the state that this origin's report on this subject has there: merging is the hub's.
    case put(Report)
    /// What is not there is no fault.
    case forget(ReportKey)
    /// A note is a text under a name, for the little else that has to live with the reports; nil takes it away.
    case note(String, String?)
}

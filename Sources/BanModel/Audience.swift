/// Who hears what a hub broadcasts in the new form, and asks for what he missed.
public enum Audience: Hashable, Sendable, CaseIterable {
    /// Subscribers, and whoever else keeps a copy.
    case copies
    /// Other clusters' hubs.
    case friends
    /// The other hubs of the same cluster.
    case twins
}

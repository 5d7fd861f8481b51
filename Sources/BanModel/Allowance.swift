/// What administrators allow: addresses that nobody bans, though somebody reports them.
///
/// It is a report like any other (source ``Origin/Source/allow``), so it travels, merges and ends like one.
public enum Allowance {
    /// Stands where other reports name their jail.
    public static let jail = {
        guard let jail = Jail("allowed") else { preconditionFailure() }
        return jail
    }()

    /// How many a cluster keeps.
    public static let limit = 10_000
    /// How many of them may be networks: each is looked at whenever an address is judged.
    public static let networkLimit = 1_000

    /// Why this may not be allowed; nil where it may.
    public static func reason(against address: Address) -> String? {
        // A slip must not end all protection: no network of anybody's own is wider.
        address.prefix < 8 ? "a network wider than /8" : nil
    }
}

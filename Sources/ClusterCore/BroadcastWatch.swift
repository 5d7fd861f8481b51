/// Whether a hub that answers is also heard: beacons come every 30 s, so silence means that its broadcasts do not arrive.
///
/// All times are monotonic microseconds.
public struct BroadcastWatch: Sendable {
    /// Three beacons.
    static let patience: Int64 = 90_000_000
    /// How often the hub is asked for what it may have broadcast, while it is not heard.
    static let period: Int64 = 30_000_000

    public enum Finding: Sendable {
        /// For the first time since it was heard: to be said, and to be asked.
        case deaf
        /// To be asked once more.
        case stillDeaf
    }

    /// When ``takeDue(at:)`` has something to tell; nil: the hub does not answer, so that its silence says nothing.
    private(set) public var next: Int64?
    private var isDeaf = false

    public init() {}

    /// The hub answers.
    public mutating func answered(at now: Int64) {
        if next == nil { next = now + (isDeaf ? Self.period : Self.patience) }
    }

    /// The hub does not answer any more, or cannot be asked.
    public mutating func lost() { next = nil }

    /// A broadcast came. Returns whether none had come for long.
    public mutating func heard(at now: Int64) -> Bool {
        if next != nil { next = now + Self.patience }
        defer { isDeaf = false }
        return isDeaf
    }

    public mutating func takeDue(at now: Int64) -> Finding? {
        guard let next, next <= now else { return nil }
        self.next = now + Self.period
        defer { isDeaf = true }
        return isDeaf ? .stillDeaf : .deaf
    }
}

/// When the hub tells how far its broadcasts are, though there is no news: soon after the last ones, so that a lost one is
/// noticed, and from time to time. All times are monotonic microseconds.
public struct BeaconSchedule: Sendable {
    /// After the last broadcast.
    static let soon: [Int64] = [200_000, 2_000_000]
    static let period: Int64 = 30_000_000

    /// When the last broadcast with news was.
    private var news: Int64
    /// How many of ``soon`` have followed it.
    private var sent: Int
    private(set) public var next: Int64

    public init(at now: Int64) {
        news = now
        sent = Self.soon.count
        next = now + Self.period
    }

    /// News was broadcast.
    public mutating func broadcast(at now: Int64) {
        news = now
        sent = 0
        next = now + Self.soon[0]
    }

    /// Whether a beacon is due; it is taken for sent then.
    public mutating func takeDue(at now: Int64) -> Bool {
        guard now >= next else { return false }
        sent = min(sent + 1, Self.soon.count)
        next = sent < Self.soon.count ? news + Self.soon[sent] : now + Self.period
        return true
    }
}

/// Keeps a flood from taking a hub's time from everybody: once too much was refused in one turn, nothing is read for a
/// moment that nobody notices. Meanwhile it is the flood that waits.
///
/// All times are monotonic microseconds.
public struct FloodRest: Sendable {
    /// So many refusals in one turn are a flood.
    static let flood = 100
    static let length: Int64 = 1_000

    private var refusals = 0
    private var until: Int64 = 0

    public init() {}

    public mutating func beginTurn() { refusals = 0 }

    /// One more asks for too much. Returns whether the turn is over, and the rest begins.
    public mutating func refused(at now: Int64) -> Bool {
        refusals += 1
        guard refusals >= Self.flood else { return false }
        until = now + Self.length
        return true
    }

    /// How long nothing is read; nil: requests are read.
    public func rest(at now: Int64) -> Duration? { now < until ? .microseconds(until - now) : nil }
}

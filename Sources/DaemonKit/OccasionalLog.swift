/// Keeps a log readable while the same thing happens again and again: each kind of thing is said at once, and then at
/// most once a minute.
public struct OccasionalLog: Sendable {
    /// In microseconds.
    public static let interval: Int64 = 60_000_000
    /// Kinds that are remembered; of more, the one that was said longest ago is forgotten.
    public static let capacity = 1_000

    private struct Kind {
        var said: Int64
        var suppressed = 0
    }

    private var kinds: [String: Kind] = [:]

    public init() {}

    /// Calls `write` where the kind is due, with how often it was suppressed since it was said last.
    ///
    /// - Parameter now: microseconds of a clock that never goes back.
    public mutating func say(_ kind: String, at now: Int64, _ write: (_ suppressed: Int) -> Void) {
        if let known = kinds[kind], now - known.said < Self.interval {
            kinds[kind]?.suppressed += 1
            return
        }
        write(kinds[kind]?.suppressed ?? 0)
        if kinds[kind] == nil, kinds.count >= Self.capacity,
            let oldest = kinds.min(by: { $0.value.said < $1.value.said })?.key
        {
            kinds[oldest] = nil
        }
        kinds[kind] = Kind(said: now)
    }
}

/// In microseconds.
struct Pauses: Sendable {
    /// Between one try to store and the next: each twice the one before, up to the longest.
    var first: Int64
    var longest: Int64
    /// Nothing has to come for so long before there is time for what can wait.
    var quiet: Int64 = 1_000_000

    static let `default` = Pauses(first: 100_000, longest: 5_000_000)
}

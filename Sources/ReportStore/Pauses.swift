/// Between one try to store and the next, in microseconds: each twice the one before, up to the longest.
struct Pauses: Sendable {
    var first: Int64 = 100_000
    var longest: Int64 = 5_000_000
}

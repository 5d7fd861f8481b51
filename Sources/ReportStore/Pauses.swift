/// Between one try to store and the next, in microseconds: each twice the one before, up to the longest.
struct Pauses: Sendable {
    var first: Int64
    var longest: Int64

    static let `default` = Pauses(first: 100_000, longest: 5_000_000)
}

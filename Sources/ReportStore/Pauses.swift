/// When the store's thread does what can wait; times in microseconds.
struct Pauses: Sendable {
    /// Between one try to store and the next: each twice the one before, up to the longest.
    var first: Int64
    var longest: Int64
    /// Nothing has to come for so long before changes are brought into the reports.
    var quiet: Int64 = 1_000_000
    /// So few are not worth that.
    var fewChanges = 10_000
    /// More are not left for a quiet moment.
    var mostChanges = 130_000

    static let `default` = Pauses(first: 100_000, longest: 5_000_000)
}

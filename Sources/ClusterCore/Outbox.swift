internal import BanModel
internal import DequeModule

/// The monitor's reports on their way to the hub, in order.
///
/// The old protocol's NAK does not say why. Where a later report is ACKed, the refused one is refused for good; where
/// none is, the hub refuses us, and everything is kept.
struct Outbox: Sendable {
    struct Item: Sendable {
        var subject: Subject
        var state: Report.State
        /// Its end came; the old protocol knows no ends and must be told.
        var isEnd: Bool
        /// How far the log is done with once this item is; nil where no line stands behind it.
        var position: LogPosition?
        var isRefused = false
    }

    /// How many refused reports in a row it takes to believe that the hub refuses us.
    private static let patience = 16

    private var items = Deque<Item>()
    private var cursor = 0

    var isEmpty: Bool { items.isEmpty }
    var count: Int { items.count }
    /// The one to send; nil where there is none.
    var current: Item? { cursor < items.count ? items[cursor] : nil }

    mutating func append(_ item: Item) { items.append(item) }

    /// The log was read this far; false where nothing is on its way, so that the position is done with at once.
    mutating func reached(_ position: LogPosition) -> Bool {
        guard !items.isEmpty else { return false }
        items[items.count - 1].position = position
        return true
    }

    /// The current one is done with, and so is all before it: what was refused is refused for good.
    mutating func finish() -> [Item] {
        let done = Array(items.prefix(cursor + 1))
        items.removeFirst(done.count)
        cursor = 0
        return done
    }

    /// The current one says nothing new to the hub: goes past it. Returns it where nothing before it is still open.
    mutating func pass() -> Item? {
        guard cursor == 0 else {
            cursor += 1
            return nil
        }
        return items.removeFirst()
    }

    /// The hub refused the current one. Returns whether another is worth trying at once.
    mutating func refuse() -> Bool {
        items[cursor].isRefused = true
        cursor += 1
        if cursor < min(items.count, Self.patience) { return true }
        rewind()
        return false
    }

    /// Nobody answered: from the first one on, once more.
    mutating func rewind() { cursor = 0 }
}

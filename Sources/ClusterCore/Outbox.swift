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
        /// The hub is to hear it though it has ACKed it before: it does not hold it any more.
        var isAgain = false
        var isRefused = false
    }

    /// How many refused reports in a row it takes to believe that the hub refuses us.
    private static let patience = 16

    private var items = Deque<Item>()
    private var cursor = 0
    /// Indices of what is on its way in one batch.
    private var batch: [Int] = []

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
    mutating func rewind() {
        cursor = 0
        batch = []
    }

    // MARK: Batches, to a hub that says which it refuses and why

    /// The places of the first items of this kind.
    func places(atMost count: Int, where isWanted: (Item) -> Bool) -> [Int] {
        var places: [Int] = []
        for (place, item) in items.enumerated() where isWanted(item) {
            if places.count == count { break }
            places.append(place)
        }
        return places
    }

    /// These are on their way, until ``finishBatch(_:except:)`` or ``rewind()``.
    mutating func begin(_ places: [Int]) -> [Item] {
        batch = places
        return places.map { items[$0] }
    }

    /// The hub has answered the first so many of the batch. Returns what is done with, of which `isRefused` says which
    /// it refused for good, and whether it wants the rest later.
    mutating func finishBatch(
        _ count: Int, except refusals: [Int: HubRefusal]
    ) -> (done: [(item: Item, refusal: HubRefusal?)], isHeldUp: Bool) {
        let held = refusals.filter { $0.value.verdict == .later }.keys.min()
        let answered = batch.prefix(min(held ?? count, count))
        let refused = Dictionary(uniqueKeysWithValues: answered.enumerated().map { ($1, refusals[$0]) })
        // What says nothing new goes along with what stands before it, or with what follows where that is done with.
        let end = held.map { batch[$0] } ?? answered.last.map { $0 + 1 } ?? 0
        let done = items.indices.prefix(end).map { (items[$0], refused[$0] ?? nil) }
        items.removeFirst(end)
        rewind()
        return (done, held != nil)
    }

    /// Takes out so many from the front.
    mutating func take(first count: Int) -> [Item] {
        let taken = Array(items.prefix(count))
        items.removeFirst(count)
        return taken
    }
}

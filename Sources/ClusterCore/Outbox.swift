internal import BanModel
internal import DequeModule

/// The monitor's reports on their way to the hub, in order.
///
/// The old protocol's NAK does not say why. So what lies behind a refused report is tried too, except on the same
/// subject: its reports never overtake each other. When the hub takes one, those before it get a second try, and what is
/// refused then, while the hub takes others, is refused for good. Where nothing is taken, the hub refuses us, and
/// everything is kept.
struct Outbox: Sendable {
    struct Item: Sendable {
        var claim: HostClaim
        var state: Report.State
        /// Its end came; the old protocol knows no ends and must be told.
        var isEnd: Bool
        /// How far log and spool are done with once this item is.
        var places = ReadPlaces()
        /// The hub is to hear it though it may know it: it has lost what it knew, or was away when it came.
        var isAgain: Bool
        fileprivate var isRefused = false
        /// A batch had it: the hub may hold it as it was then.
        fileprivate var wasSent = false
        /// Counts all that were ever appended.
        fileprivate var number: UInt64 = 0

        init(claim: HostClaim, state: Report.State, isEnd: Bool, isAgain: Bool = false) {
            self.claim = claim
            self.state = state
            self.isEnd = isEnd
            self.isAgain = isAgain
        }

        var isBan: Bool { !isEnd && !state.isLifted }
    }

    enum Verdict {
        /// Another is worth trying at once.
        case goOn
        /// Only after a pause.
        case pause
        /// Taken out: the hub takes others, and never this one.
        case refusedForGood(Item)
    }

    /// What waits on one claim: how many items, and the number of the last of them.
    private struct Tail: Sendable {
        var count: Int
        var number: UInt64
    }

    /// How many refused reports in a row there may be without a pause.
    private static let patience = 16

    private var items = Deque<Item>()
    private var tails: [HostClaim: Tail] = [:]
    private var number: UInt64 = 0
    private var cursor = 0
    /// The subjects of what lies before the cursor.
    private var before: Set<Subject> = []
    /// How many in a row were refused since the last pause.
    private var refusals = 0
    /// How many of the first were refused before the hub took another.
    private var doubted = 0
    /// Whether the current one may be on the wire already: it stays the current one until the hub's word or silence.
    var isOffered = false
    /// Places of what is on its way in one batch.
    private var batch: [Int] = []

    var isEmpty: Bool { items.isEmpty }
    var count: Int { items.count }
    /// Whether nothing that lies before the current one was refused.
    var isAtHead: Bool { cursor == 0 }

    /// The one to send; nil where there is none.
    var current: Item? { cursor < items.count ? items[cursor] : nil }

    /// Whether an earlier report on the current one's subject is still open.
    var isOvertaking: Bool { cursor < items.count && before.contains(items[cursor].claim.subject) }

    /// Whether something waits on this claim that is later than this.
    func holds(_ claim: HostClaim, laterThan state: Report.State) -> Bool {
        tails[claim].map { items[place(of: $0.number)].state > state } ?? false
    }

    /// Whether anything waits on it.
    func holds(_ claim: HostClaim) -> Bool { tails[claim] != nil }

    /// A ban's new end takes the place of the one that still waits: a hub that is away fills no memory.
    mutating func append(_ item: Item) {
        let tail = tails[item.claim]
        if let tail, merge(item, into: place(of: tail.number)) { return }
        number += 1
        tails[item.claim] = Tail(count: (tail?.count ?? 0) + 1, number: number)
        items.append(item)
        items[items.count - 1].number = number
    }

    /// Whether the last that waits on its claim says it too from now on.
    private mutating func merge(_ item: Item, into place: Int) -> Bool {
        // What waits on the same claim is later, or the same, unless it was to be told once more to another hub before.
        if item.isAgain, !item.isEnd, items[place].state >= item.state {
            items[place].isAgain = true
            return true
        }
        guard item.isBan, items[place].isBan, !items[place].wasSent else { return false }
        items[place].state = item.state
        return true
    }

    /// Where the item of this number is: they stand in the order of their numbers.
    private func place(of number: UInt64) -> Int {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].number < number { low = middle + 1 } else { high = middle }
        }
        precondition(low < items.count && items[low].number == number, "the last that waits on a claim is not there")
        return low
    }

    /// Log or spool was read this far; false where nothing is on its way, so that the position is done with at once.
    mutating func reached(_ places: ReadPlaces) -> Bool {
        guard !items.isEmpty else { return false }
        items[items.count - 1].places.take(places)
        return true
    }

    /// The hub took the current one: it is done with, and what lies before it is tried again.
    mutating func finish() -> Item {
        let (index, wereDoubted) = (cursor, doubted)
        rewind()
        doubted = index > 0 ? index : max(0, wereDoubted - 1)
        return remove(at: index)
    }

    /// The current one says nothing new to the hub: goes past it. Returns it where nothing before it is still open.
    mutating func pass() -> Item? {
        guard cursor == 0 else {
            step()
            return nil
        }
        doubted = max(0, doubted - 1)
        return remove(at: 0)
    }

    mutating func refuse() -> Verdict {
        isOffered = false
        if cursor == 0, doubted > 0, items[0].isRefused {
            doubted -= 1
            return .refusedForGood(remove(at: 0))
        }
        doubted = 0
        items[cursor].isRefused = true
        step()
        refusals += 1
        if cursor < items.count, refusals < Self.patience { return .goOn }
        refusals = 0
        if cursor == items.count { rewind() }
        return .pause
    }

    /// From the first one on, once more.
    mutating func rewind() {
        cursor = 0
        before = []
        refusals = 0
        doubted = 0
        isOffered = false
        batch = []
    }

    // MARK: Batches, to a hub that says which it refuses and why

    /// Whether a batch is on its way.
    var isUnderway: Bool { !batch.isEmpty }

    /// The places of the first items of this kind.
    func places(atMost count: Int, where isWanted: (Item) -> Bool) -> [Int] {
        var places: [Int] = []
        for (place, item) in items.enumerated() where isWanted(item) {
            if places.count == count { break }
            places.append(place)
        }
        return places
    }

    /// These are on their way, as they are now, until ``finishBatch(_:except:)`` or ``rewind()``.
    mutating func begin(_ places: [Int]) -> [Item] {
        batch = places
        return places.map { place in
            items[place].wasSent = true
            return items[place]
        }
    }

    /// The hub has answered the first so many of the batch. Returns what is done with, each beside the refusal for good
    /// where it was refused, and whether the hub wants the rest later.
    mutating func finishBatch(
        _ count: Int, except refusals: [Int: HubRefusal]
    ) -> (done: [(item: Item, refusal: HubRefusal?)], isHeldUp: Bool) {
        let held = refusals.filter { $0.value.verdict == .later }.keys.min()
        let answered = batch.prefix(min(held ?? count, count))
        var done: [(item: Item, refusal: HubRefusal?)] = []
        done.reserveCapacity(answered.count)
        for (index, place) in answered.enumerated() { done.append((remove(at: place - index), refusals[index])) }
        rewind()
        return (done, held != nil)
    }

    /// Takes out so many from the front.
    mutating func take(first count: Int) -> [Item] { (0..<count).map { _ in remove(at: 0) } }

    private mutating func step() {
        before.insert(items[cursor].claim.subject)
        cursor += 1
    }

    /// It waits on its claim no longer.
    private mutating func forget(_ item: Item, at index: Int) {
        guard var tail = tails.removeValue(forKey: item.claim), tail.count > 1 else { return }
        tail.count -= 1
        // A batch may have passed over an earlier one, which is the last from now on.
        if tail.number == item.number, let last = items.prefix(index).last(where: { $0.claim == item.claim }) {
            tail.number = last.number
        }
        tails[item.claim] = tail
    }

    /// Takes it out; its place in the log is done with only when what lies before it is.
    private mutating func remove(at index: Int) -> Item {
        var item = index == 0 ? items.removeFirst() : items.remove(at: index)
        forget(item, at: index)
        if index > 0 {
            items[index - 1].places.take(item.places)
            item.places = ReadPlaces()
        }
        return item
    }
}

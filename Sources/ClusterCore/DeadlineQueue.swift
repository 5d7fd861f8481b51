internal import BanModel
internal import HeapModule

/// By what a ``DeadlineQueue`` knows what is to be looked at.
protocol DeadlineKey: Sendable {
    var claim: HostClaim { get }

    init(_ claim: HostClaim)
}

extension HostClaim: DeadlineKey {
    var claim: HostClaim { self }

    init(_ claim: HostClaim) { self = claim }
}

/// Whoever's claim.
extension Subject: DeadlineKey {
    var claim: HostClaim { HostClaim(.log, self) }

    init(_ claim: HostClaim) { self = claim.subject }
}

/// What is to be looked at when: each key once, at the earliest time that was asked for. Whoever finds then that the time
/// has not come adds it again.
struct DeadlineQueue<Key: DeadlineKey>: Sendable {
    /// Without the key: entries are moved about in the heap all the time.
    private struct Entry: Comparable, Sendable {
        let wait: Wait
        let place: ClaimTable<Wait>.Place

        static func == (left: Entry, right: Entry) -> Bool { left.wait.order == right.wait.order }
        static func < (left: Entry, right: Entry) -> Bool {
            (left.wait.time, left.wait.order) < (right.wait.time, right.wait.order)
        }
    }

    private struct Wait: Sendable {
        let time: Timestamp
        let order: UInt64
    }

    private var heap = Heap<Entry>()
    /// Those that count: earlier ones stay in the heap until their time or until they are too many.
    private var waits = ClaimTable<Wait>()
    private var order: UInt64 = 0

    private(set) var next: Timestamp?
    /// How much it holds, idle entries too.
    var count: Int { heap.count }

    /// Nothing is ever due for ever.
    mutating func add(_ key: Key, at time: Timestamp) {
        guard time != .forever else { return }
        let (claim, wait) = (key.claim, Wait(time: time, order: order))
        let place: ClaimTable<Wait>.Place
        if let known = waits.place(of: claim) {
            guard time < waits[known].time else { return }
            place = known
            waits[place] = wait
        } else {
            place = waits.insert(wait, for: claim)
        }
        heap.insert(Entry(wait: wait, place: place))
        order += 1
        if heap.count > 2 * waits.count + 100 {
            heap = Heap(waits.places.map { Entry(wait: $0.value, place: $0.place) })
        }
        next = heap.min?.wait.time
    }

    /// The keys whose time has come, the earliest first, each taken out.
    mutating func takeDue(at now: Timestamp, atMost limit: Int = .max) -> [Key] {
        guard let next, next <= now else { return [] }
        defer { self.next = heap.min?.wait.time }
        var due: [Key] = []
        while due.count < limit, let first = heap.min, first.wait.time <= now {
            heap.removeMin()
            guard let known = waits.element(at: first.place), known.value.order == first.wait.order else { continue }
            due.append(Key(known.key))
            waits.remove(first.place)
        }
        return due
    }
}

internal import BanModel
internal import HeapModule

/// What is to be looked at when: each key once, at the earliest time that was asked for. Whoever finds then that the time
/// has not come adds it again.
struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
    /// Without the key: entries are moved about in the heap all the time.
    private struct Entry: Comparable, Sendable {
        var time: Timestamp
        var order: UInt64
        /// In ``waits``.
        var place: Int

        static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.order) < (right.time, right.order) }
    }

    private struct Wait: Sendable {
        var key: Key
        /// The one that counts: earlier ones stay in the heap until their time or until they are too many.
        var entry: Entry
    }

    private var heap = Heap<Entry>()
    private var waits: [Wait?] = []
    private var free: [Int] = []
    private var places: [Key: Int] = [:]
    private var order: UInt64 = 0

    private(set) var next: Timestamp?
    /// How much it holds, idle entries too.
    var count: Int { heap.count }

    /// Nothing is ever due for ever.
    mutating func add(_ key: Key, at time: Timestamp) {
        guard time != .forever else { return }
        order += 1
        if let place = places[key] {
            guard let known = waits[place]?.entry.time, time < known else { return }
            put(Wait(key: key, entry: Entry(time: time, order: order, place: place)))
        } else {
            let place = free.popLast() ?? waits.count
            if place == waits.count { waits.append(nil) }
            places[key] = place
            put(Wait(key: key, entry: Entry(time: time, order: order, place: place)))
        }
        if heap.count > 2 * places.count + 100 { heap = Heap(waits.compactMap { $0?.entry }) }
        next = heap.min?.time
    }

    private mutating func put(_ wait: Wait) {
        waits[wait.entry.place] = wait
        heap.insert(wait.entry)
    }

    /// The keys whose time has come, the earliest first, each taken out.
    mutating func takeDue(at now: Timestamp, atMost limit: Int = .max) -> [Key] {
        guard let next, next <= now else { return [] }
        defer { self.next = heap.min?.time }
        var due: [Key] = []
        while due.count < limit, let first = heap.min, first.time <= now {
            heap.removeMin()
            guard let wait = waits[first.place], wait.entry == first else { continue }
            waits[first.place] = nil
            free.append(first.place)
            places[wait.key] = nil
            due.append(wait.key)
        }
        return due
    }
}

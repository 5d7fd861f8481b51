internal import BanModel
internal import HeapModule

/// What is to be looked at when: each key once, at the earliest time that was asked for. Whoever finds then that the time
/// has not come adds it again.
struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        var time: Timestamp
        var order: UInt64
        var key: Key

        static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.order) < (right.time, right.order) }
    }

    private var heap = Heap<Entry>()
    /// The entry that counts for each key: earlier ones stay in the heap until their time or until they are too many.
    private var valid: [Key: (time: Timestamp, order: UInt64)] = [:]
    private var order: UInt64 = 0

    private(set) var next: Timestamp?
    /// How much it holds, idle entries too.
    var count: Int { heap.count }

    /// Nothing is ever due for ever.
    mutating func add(_ key: Key, at time: Timestamp) {
        guard time != .forever, valid[key].map({ time < $0.time }) ?? true else { return }
        order += 1
        valid[key] = (time, order)
        heap.insert(Entry(time: time, order: order, key: key))
        if heap.count > 2 * valid.count + 100 {
            heap = Heap(valid.map { Entry(time: $0.value.time, order: $0.value.order, key: $0.key) })
        }
        next = heap.min?.time
    }

    /// The keys whose time has come, the earliest first, each taken out.
    mutating func takeDue(at now: Timestamp, atMost limit: Int = .max) -> [Key] {
        guard let next, next <= now else { return [] }
        defer { self.next = heap.min?.time }
        var due: [Key] = []
        while due.count < limit, let first = heap.min, first.time <= now {
            heap.removeMin()
            guard valid[first.key]?.order == first.order else { continue }
            valid[first.key] = nil
            due.append(first.key)
        }
        return due
    }
}

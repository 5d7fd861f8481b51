internal import BanModel
internal import HeapModule

/// What is to be looked at when: entries that were overtaken stay until their time and are then found idle.
struct DeadlineQueue<Key: Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        var time: Timestamp
        var order: UInt64
        var key: Key

        static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.order) < (right.time, right.order) }
    }

    private var heap = Heap<Entry>()
    private var order: UInt64 = 0

    var next: Timestamp? { heap.min?.time }

    /// Nothing is ever due for ever.
    mutating func add(_ key: Key, at time: Timestamp) {
        guard time != .forever else { return }
        order += 1
        heap.insert(Entry(time: time, order: order, key: key))
    }

    /// The keys whose time has come, the earliest first, each taken out.
    mutating func takeDue(at now: Timestamp) -> [Key] {
        var due: [Key] = []
        while let first = heap.min, first.time <= now {
            due.append(heap.removeMin().key)
        }
        return due
    }
}

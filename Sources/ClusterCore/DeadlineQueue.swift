internal import BanModel
internal import HeapModule

/// By what a ``DeadlineQueue`` knows what is to be looked at: an address in a jail, and whose word on it.
protocol DeadlineKey: Sendable {
    var subject: Subject { get }
    var source: Origin.Source { get }

    init(_ source: Origin.Source, _ subject: Subject)
}

extension HostClaim: DeadlineKey {}

/// Whoever's word.
extension Subject: DeadlineKey {
    var subject: Subject { self }
    var source: Origin.Source { .log }

    init(_ source: Origin.Source, _ subject: Subject) { self = subject }
}

/// What is to be looked at when: each key once, at the earliest time that was asked for. Whoever finds then that the time
/// has not come adds it again.
struct DeadlineQueue<Key: DeadlineKey>: Sendable {
    /// Without the key: entries are moved about in the heap all the time.
    private struct Entry: Comparable, Sendable {
        let time: Timestamp
        let order: UInt64
        let place: AddressTable<Wait>.Place

        static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.order) < (right.time, right.order) }
    }

    private struct Wait: AddressRow {
        let address: Address
        let source: Origin.Source
        /// The number of its jail.
        let jail: UInt32
        /// Of the entry that counts: earlier ones stay in the heap until their time or until they are too many.
        var time: Timestamp
        var order: UInt64
    }

    private var heap = Heap<Entry>()
    private var waits = AddressTable<Wait>()
    private var jails = NumberedNames<Jail>()
    private var order: UInt64 = 0

    private(set) var next: Timestamp?
    /// How much it holds, idle entries too.
    var count: Int { heap.count }

    /// Nothing is ever due for ever.
    mutating func add(_ key: Key, at time: Timestamp) {
        guard time != .forever else { return }
        let place: AddressTable<Wait>.Place
        if let known = self.place(of: key) {
            guard time < waits[known].time else { return }
            place = known
            (waits[place].time, waits[place].order) = (time, order)
        } else {
            place = waits.insert(
                Wait(
                    address: key.subject.address, source: key.source, jail: jails.use(key.subject.jail).number,
                    time: time, order: order))
        }
        heap.insert(Entry(time: time, order: order, place: place))
        order += 1
        if heap.count > 2 * waits.count + 100 {
            heap = Heap(waits.rows.map { Entry(time: $0.row.time, order: $0.row.order, place: $0.place) })
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
            guard let wait = waits.row(at: first.place), wait.order == first.order else { continue }
            due.append(Key(wait.source, Subject(jails[wait.jail], wait.address)))
            waits.remove(first.place)
            jails.drop(wait.jail)
        }
        return due
    }

    private func place(of key: Key) -> AddressTable<Wait>.Place? {
        guard let jail = jails.number(of: key.subject.jail) else { return nil }
        var found: AddressTable<Wait>.Place?
        waits.search(key.subject.address) { place, row in
            guard row.jail == jail, row.source == key.source else { return false }
            found = place
            return true
        }
        return found
    }
}

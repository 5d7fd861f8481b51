internal import BanModel

/// A row that is about one address.
protocol AddressRow: Sendable {
    var address: Address { get }
}

/// Rows by the address that they are about; several may be about one.
///
/// A million of them cost little more than themselves: no row is alone in an object of its own, and each of the 1,024
/// parts, one for each of ``ReportBuckets``, grows by itself and by a quarter, so that nothing is ever doubled as a whole.
struct AddressTable<Row: AddressRow>: Sendable {
    /// Where a row is: it stays there while it lasts, and another may be there afterwards.
    struct Place: Hashable, Comparable, Sendable {
        fileprivate var number: UInt64

        fileprivate init(_ part: Int, _ slot: Int) { number = UInt64(part) << 32 | UInt64(slot) }

        fileprivate var part: Int { Int(number >> 32) }
        fileprivate var slot: Int { Int(number & 0xFFFF_FFFF) }

        static func < (left: Place, right: Place) -> Bool { left.number < right.number }
    }

    private var parts = Array(repeating: Part(), count: ReportBuckets.count)
    private(set) var count = 0

    init() {}

    /// The row that was put there; there must be one.
    subscript(place: Place) -> Row {
        get {
            guard let row = parts[place.part].rows[place.slot] else { preconditionFailure("no row is there") }
            return row
        }
        set { parts[place.part].rows[place.slot] = newValue }
    }

    /// The row that is there now; nil where there is none any more.
    func row(at place: Place) -> Row? {
        let rows = parts[place.part].rows
        return place.slot < rows.count ? rows[place.slot] : nil
    }

    /// Hands out all rows on this address, in no order that counts, until it is told that this is enough.
    @inline(__always)  // as all that hand a closure on to it: else whoever asks is copied for each search
    func search(_ address: Address, _ isEnough: (Place, Row) -> Bool) {
        let part = ReportBuckets.index(of: address)
        parts[part].search(address, address.scattered) { isEnough(Place(part, $0), $1) }
    }

    /// Every address that a row is about and that is a part of this one, or has a part of it.
    ///
    /// For a network each row is looked at, for an address only what it can be in.
    func addresses(overlapping address: Address) -> Set<Address> {
        if address.isNetwork { return Set(rows.lazy.map(\.row.address).filter { $0.overlaps(address) }) }
        return Set(
            address.coverings.filter { covering in
                var isFound = false
                search(covering) { _, _ in
                    isFound = true
                    return true
                }
                return isFound
            })
    }

    mutating func insert(_ row: Row) -> Place {
        let part = ReportBuckets.index(of: row.address)
        count += 1
        return Place(part, parts[part].insert(row, row.address.scattered))
    }

    /// Takes it out; there must be one.
    mutating func remove(_ place: Place) {
        count -= 1
        parts[place.part].remove(place.slot)
    }

    /// Whether this part holds no row.
    func isEmpty(_ part: Int) -> Bool { parts[part].isEmpty }

    /// The rows of one part, in the order of their places.
    func rows(in part: Int) -> some Sequence<(place: Place, row: Row)> {
        parts[part].rows.lazy.enumerated().compactMap { slot, row in row.map { (Place(part, slot), $0) } }
    }

    /// All of them, in the order of their places.
    var rows: Rows { Rows(table: self) }

    struct Rows: Sequence, IteratorProtocol {
        fileprivate let table: AddressTable
        private var part = 0
        private var slot = 0

        fileprivate init(table: AddressTable) { self.table = table }

        mutating func next() -> (place: Place, row: Row)? {
            while part < ReportBuckets.count {
                while slot < table.parts[part].rows.count {
                    defer { slot += 1 }
                    if let row = table.parts[part].rows[slot] { return (Place(part, slot), row) }
                }
                (part, slot) = (part + 1, 0)
            }
            return nil
        }
    }
}

extension AddressTable {
    /// The rows of one bucket, and where to look for an address among them.
    private struct Part: Sendable {
        var rows = ContiguousArray<Row?>()
        /// Slots that are free, the last one first.
        private var free: [UInt32] = []
        /// By an address's hash: a slot and one more, or 0; the next entries where that one is taken (linear probing).
        private var index: ContiguousArray<UInt32> = []

        var isEmpty: Bool { rows.count == free.count }

        @inline(__always)
        func search(_ address: Address, _ hash: Int, _ isEnough: (Int, Row) -> Bool) {
            guard !index.isEmpty else { return }
            let mask = index.count - 1
            var entry = hash & mask
            while index[entry] != 0 {
                let slot = Int(index[entry]) - 1
                if rows[slot]?.address == address, let row = rows[slot], isEnough(slot, row) { return }
                entry = (entry + 1) & mask
            }
        }

        mutating func insert(_ row: Row, _ hash: Int) -> Int {
            let count = rows.count - free.count
            // A quarter stays empty, so that searches are short.
            if 4 * (count + 1) > 3 * index.count { reindex(for: count + 1) }
            let slot: Int
            if let last = free.popLast() {
                slot = Int(last)
                rows[slot] = row
            } else {
                slot = rows.count
                if rows.capacity == slot { rows.reserveCapacity(slot + slot / 4 + 4) }
                rows.append(row)
            }
            enter(slot, hash)
            return slot
        }

        private mutating func enter(_ slot: Int, _ hash: Int) {
            let mask = index.count - 1
            var entry = hash & mask
            while index[entry] != 0 { entry = (entry + 1) & mask }
            index[entry] = UInt32(slot + 1)
        }

        private mutating func reindex(for count: Int) {
            var size = 8
            while 4 * count > 3 * size { size *= 2 }
            index = ContiguousArray(repeating: 0, count: size)
            for (slot, row) in rows.enumerated() { if let row { enter(slot, row.address.scattered) } }
        }

        mutating func remove(_ slot: Int) {
            guard let row = rows[slot] else { preconditionFailure("no row is there") }
            let mask = index.count - 1
            var hole = row.address.scattered & mask
            while Int(index[hole]) != slot + 1 { hole = (hole + 1) & mask }
            // What stands behind it moves up, unless it would then stand before its own place.
            var entry = (hole + 1) & mask
            while index[entry] != 0 {
                guard let other = rows[Int(index[entry]) - 1] else { preconditionFailure("an entry without its row") }
                let home = other.address.scattered & mask
                if (entry - home) & mask >= (entry - hole) & mask {
                    index[hole] = index[entry]
                    hole = entry
                }
                entry = (entry + 1) & mask
            }
            index[hole] = 0
            rows[slot] = nil
            free.append(UInt32(slot))
            if isEmpty { self = Part() }
        }
    }
}

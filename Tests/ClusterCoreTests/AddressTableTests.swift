import BanModel
import Testing

@testable import ClusterCore

@Suite struct AddressTableTests {
    private struct Row: AddressRow, Hashable {
        var address: Address
        var number: Int
    }

    private func rows(of table: AddressTable<Row>, on address: Address) -> Set<Int> {
        var found: Set<Int> = []
        table.search(address) { _, row in
            found.insert(row.number)
            return false
        }
        return found
    }

    @Test(arguments: 0..<20)
    func `it holds what was put in and not taken out, whatever the order`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = AddressTable<Row>()
        var model: [(place: AddressTable<Row>.Place, row: Row)] = []
        // Few addresses, so that several rows are about one, and rows of one bucket come and go beside each other.
        for number in 0..<2_000 {
            if random.below(5) < 3 || model.isEmpty {
                let row = Row(address: address("198.51.\(random.below(2)).\(random.below(200))"), number: number)
                model.append((table.insert(row), row))
            } else {
                let gone = model.remove(at: random.below(model.count))
                table.remove(gone.place)
                #expect(table.row(at: gone.place) == nil)
            }
        }
        #expect(table.count == model.count)
        #expect(Set(table.rows.map(\.row)) == Set(model.map(\.row)))
        for (place, row) in model {
            #expect(table[place] == row)
            let expected = model.filter { $0.row.address == row.address }.map(\.row.number)
            #expect(rows(of: table, on: row.address) == Set(expected))
        }
        for (place, _) in model { table.remove(place) }
        #expect(table.count == 0)
        #expect(Array(table.rows).isEmpty)
    }

    @Test func `a search ends where it is told that this is enough`() {
        var table = AddressTable<Row>()
        for number in 0..<5 { _ = table.insert(Row(address: address("192.0.2.1"), number: number)) }
        var seen = 0
        table.search(address("192.0.2.1")) { _, _ in
            seen += 1
            return seen == 2
        }
        #expect(seen == 2)
    }

    @Test func `a report's row takes 40 bytes, and so does a place that is free`() {
        #expect(MemoryLayout<ReportRow>.stride == 40)
        #expect(MemoryLayout<ReportRow?>.stride == 40)
    }
}

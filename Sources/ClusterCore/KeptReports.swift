package import BanModel

/// Every report of a table, in no order, as the table was when it was asked.
package struct KeptReports: Sequence, Sendable {
    let table: ReportTable

    package struct Iterator: IteratorProtocol {
        private let table: ReportTable
        private var rows: AddressTable<ReportRow>.Rows

        init(_ table: ReportTable) {
            self.table = table
            rows = table.allRows
        }

        package mutating func next() -> Report? { rows.next().map { table.report(of: $0.row, at: $0.place) } }
    }

    package func makeIterator() -> Iterator { Iterator(table) }
}

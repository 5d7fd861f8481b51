public import BanModel

/// Every report of a table, in no order, as the table was when it was asked.
public struct KeptReports: Sequence, Sendable {
    let table: ReportTable

    public struct Iterator: IteratorProtocol {
        private let table: ReportTable
        private var rows: AddressTable<ReportRow>.Rows

        init(_ table: ReportTable) {
            self.table = table
            rows = table.allRows
        }

        public mutating func next() -> Report? { rows.next().map { table.report(of: $0.row, at: $0.place) } }
    }

    public func makeIterator() -> Iterator { Iterator(table) }
}

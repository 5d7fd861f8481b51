internal import BanModel
internal import GRDB

extension ReportDatabase {
    /// All reports, in no order that counts, and then a look at the whole file.
    ///
    /// A damaged one hands out what can be read before it throws: of a report whose last change cannot be read, an earlier
    /// state, or none.
    func load(chunk: Int, _ each: ([Report]) -> Void) throws(StoreError) {
        try run { database in
            let names = try readNames(database)
            let rows = RowReader(names)
            // What cannot be read is said once all is handed out that can be.
            var damage: (any Error)?
            var changed: [ReportKey: Report?] = [:]
            read("hub.changes ORDER BY id", database, &damage) { row in
                guard let (key, report) = rows.change(row) else { return false }
                changed.updateValue(report, forKey: key)
                return true
            }
            var reports: [Report] = []
            reports.reserveCapacity(chunk)
            func hand(_ report: Report) {
                reports.append(report)
                guard reports.count == chunk else { return }
                each(reports)
                reports.removeAll(keepingCapacity: true)
            }
            read("hub.reports", database, &damage) { row in
                guard let (key, report) = rows.change(row), let report else { return false }
                if changed.isEmpty || changed[key] == nil { hand(report) }
                return true
            }
            for case let report? in changed.values { hand(report) }
            if !reports.isEmpty { each(reports) }
            if let damage { throw damage }
            try check(database)
        }
    }

    /// Looks through the file; throws where it is damaged.
    func check() throws(StoreError) { try run { try check($0) } }

    private func check(_ database: Database) throws {
        let verdict = try String.fetchOne(database, sql: "PRAGMA hub.quick_check(1)")
        guard verdict == "ok" else { throw StoreError(.corrupt, path, verdict ?? "no answer") }
    }

    /// Every row up to where the file is damaged.
    ///
    /// - Parameter take: returns false for a row that makes no sense.
    private func read(
        _ table: String, _ database: Database, _ damage: inout (any Error)?, _ take: (Row) -> Bool
    ) {
        do {
            let rows = try Row.fetchCursor(database, sql: "SELECT \(Schema.reportColumns) FROM \(table)")
            while let row = try rows.next() {
                if !take(row) { damage = damage ?? self.damage("a report") }
            }
        } catch {
            damage = damage ?? error
        }
    }

    /// The text of a note; nil where there is none.
    func note(_ name: String) throws(StoreError) -> String? {
        try run { try String.fetchOne($0, sql: "SELECT text FROM hub.notes WHERE name = ?", arguments: [name]) }
    }

    func readNames(_ database: Database) throws -> NameTable {
        guard let names = try NameTable(reading: database) else { throw damage("a name") }
        return names
    }

    private func damage(_ what: String) -> StoreError { StoreError(.corrupt, path, "what should be \(what) is none") }
}

/// Reads rows of reports and of changes, which have the same columns.
private struct RowReader {
    private let origins: [Int64: Origin]
    private let jails: [Int64: Jail]

    init(_ names: NameTable) {
        origins = Dictionary(uniqueKeysWithValues: names.origins.map { ($0.value, $0.key) })
        jails = Dictionary(uniqueKeysWithValues: names.jails.map { ($0.value, $0.key) })
    }

    /// nil where it makes no sense; no report where one is forgotten.
    func change(_ row: Row) -> (key: ReportKey, report: Report?)? {
        guard let address = row.text(0).flatMap({ try? Address($0) }), let jail = row.integer(1).flatMap({ jails[$0] }),
            let origin = row.integer(2).flatMap({ origins[$0] })
        else { return nil }
        let subject = Subject(jail, address)
        if row.isNull(3) { return (ReportKey(origin, subject), nil) }
        guard let version = row.integer(3), let lift = row.integer(4), let until = row.integer(5) else { return nil }
        let state = Report.State(
            version: version, isLifted: lift != 0, isPardoned: lift == 2, until: Timestamp(microseconds: until),
            forget: row.integer(6).map { Timestamp(microseconds: $0) })
        let report = Report(origin: origin, subject: subject, state: state)
        guard let report = row.isNull(7) ? report : withWay(report, row) else { return nil }
        return (report.key, report)
    }

    private func withWay(_ report: Report, _ row: Row) -> Report? {
        guard let trust = row.integer(7).flatMap({ Int(exactly: $0) }).flatMap({ Trust(millionths: $0) }),
            let hops = row.text(8)?.split(separator: ",").map({ Cluster($0) }), !hops.contains(nil)
        else { return nil }
        var report = report
        report.way = Way(trust: trust, hops: hops.compactMap(\.self))
        report.signature = row.bytes(9).map { Signature(bytes: $0) }
        return report
    }
}

internal import BanModel
internal import FoundationEssentials
internal import GRDB

extension ReportDatabase {
    /// All reports, in no order that counts, and then a look at the whole file.
    ///
    /// A damaged one hands out what can be read before it throws.
    func load(chunk: Int, _ each: ([Report]) -> Void) throws(StoreError) {
        try run { database in
            let names = try readNames(database)
            let origins = Dictionary(uniqueKeysWithValues: names.origins.map { ($0.value, $0.key) })
            let jails = Dictionary(uniqueKeysWithValues: names.jails.map { ($0.value, $0.key) })
            let columns = "address, jail, origin, version, lifted, until, forget, trust, hops, signature"
            let rows = try Row.fetchCursor(database, sql: "SELECT \(columns) FROM hub.reports")
            var reports: [Report] = []
            reports.reserveCapacity(chunk)
            func next() throws -> Row? {
                do { return try rows.next() } catch {
                    if !reports.isEmpty { each(reports) }
                    throw error
                }
            }
            var damaged = false
            while let row = try next() {
                guard let report = Self.report(row, origins, jails) else {
                    damaged = true
                    continue
                }
                reports.append(report)
                if reports.count == chunk {
                    each(reports)
                    reports.removeAll(keepingCapacity: true)
                }
            }
            if !reports.isEmpty { each(reports) }
            guard !damaged else { throw damage("a report") }
            let verdict = try String.fetchOne(database, sql: "PRAGMA hub.quick_check(1)")
            guard verdict == "ok" else { throw StoreError(.corrupt, path, verdict ?? "no answer") }
        }
    }

    private func damage(_ what: String) -> StoreError { StoreError(.corrupt, path, "what should be \(what) is none") }

    private static func report(_ row: Row, _ origins: [Int64: Origin], _ jails: [Int64: Jail]) -> Report? {
        guard let address = row.text(0).flatMap({ try? Address($0) }), let jail = row.integer(1).flatMap({ jails[$0] }),
            let origin = row.integer(2).flatMap({ origins[$0] }), let version = row.integer(3),
            let lift = row.integer(4), let until = row.integer(5)
        else { return nil }
        let state = Report.State(
            version: version, isLifted: lift != 0, isPardoned: lift == 2, until: Timestamp(microseconds: until),
            forget: row.integer(6).map { Timestamp(microseconds: $0) })
        let report = Report(origin: origin, subject: Subject(jail, address), state: state)
        return row.isNull(7) ? report : withWay(report, row)
    }

    private static func withWay(_ report: Report, _ row: Row) -> Report? {
        guard let trust = row.integer(7).flatMap({ Int(exactly: $0) }).flatMap({ Trust(millionths: $0) }),
            let hops = row.text(8)?.split(separator: ",").map({ Cluster($0) }), !hops.contains(nil)
        else { return nil }
        var report = report
        report.way = Way(trust: trust, hops: hops.compactMap(\.self))
        report.signature = row.bytes(9).map { Signature(bytes: $0) }
        return report
    }

    /// The text of a note; nil where there is none.
    func note(_ name: String) throws(StoreError) -> String? {
        try run { try String.fetchOne($0, sql: "SELECT text FROM hub.notes WHERE name = ?", arguments: [name]) }
    }

    /// All of them or none; on disk where this returns.
    mutating func apply(_ changes: WaitingChanges) throws(StoreError) {
        let known = names
        // A commit that failed may have come about all the same: what is in the tables is not known then.
        names = nil
        let (written, most) = try run { database in
            var result: (NameTable, Int)?
            try database.inTransaction(.immediate) {
                var names = try known ?? readNames(database)
                var most = mostNames
                if names.count > most {
                    try NameTable.prune(database)
                    names = try readNames(database)
                    most = max(Self.fewNames, 2 * names.count)
                }
                try write(changes, database, &names)
                result = (names, most)
                return .commit
            }
            guard let result else { throw StoreError(.other(0), path, "the transaction did not take place") }
            return result
        }
        try checkPresence()
        (names, mostNames) = (written, most)
    }

    private func readNames(_ database: Database) throws -> NameTable {
        guard let names = try NameTable(reading: database) else { throw damage("a name") }
        return names
    }

    private func write(_ changes: WaitingChanges, _ database: Database, _ names: inout NameTable) throws {
        let put = try RowStatement(
            database,
            sql: """
                INSERT INTO hub.reports (address, jail, origin, version, lifted, until, forget)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (address, jail, origin) DO UPDATE SET
                version = excluded.version, lifted = excluded.lifted, until = excluded.until, forget = excluded.forget,
                trust = NULL, hops = NULL, signature = NULL
                """)
        let putWithWay = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO hub.reports
                (address, jail, origin, version, lifted, until, forget, trust, hops, signature)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        let forget = try RowStatement(
            database, sql: "DELETE FROM hub.reports WHERE address = ? AND jail = ? AND origin = ?")
        // In about the order of the rows, so that a page is touched once however many of its rows change; those of one
        // report as they came.
        var order = changes.reports.enumerated().map { (address: $0.element.key.subject.address, index: $0.offset) }
        order.sort { $0.address == $1.address ? $0.index < $1.index : $0.address < $1.address }
        var text: [UInt8] = []
        for (address, index) in order {
            let change = changes.reports[index]
            let (jail, origin) = (
                try names.number(of: change.key.subject.jail, in: database),
                try names.number(of: change.key.origin, in: database)
            )
            var isForgotten = true
            if case .put(let report) = change {
                let state = report.state
                let lift: Int64 = state.isPardoned ? 2 : state.isLifted ? 1 : 0
                let end = state.forget == state.until ? nil : state.forget.microseconds
                if let way = report.way {
                    let hops = way.hops.map { $0.id }.joined(separator: ",")
                    let signature = report.signature.map { Data($0.bytes) }
                    let numbers: [(any DatabaseValueConvertible)?] = [
                        jail, origin, state.version, lift, state.until.microseconds, end, way.trust.millionths,
                    ]
                    try putWithWay.execute(arguments: StatementArguments(["\(address)"] + numbers + [hops, signature]))
                    continue
                }
                put.bind(state.version, at: 4)
                put.bind(lift, at: 5)
                put.bind(state.until.microseconds, at: 6)
                put.bind(end, at: 7)
                isForgotten = false
            }
            text.removeAll(keepingCapacity: true)
            address.append(to: &text)
            let statement = isForgotten ? forget : put
            statement.bind(jail, at: 2)
            statement.bind(origin, at: 3)
            try statement.run(text)
        }
        for (name, text) in changes.notes {
            if let text {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO hub.notes (name, text) VALUES (?, ?)", arguments: [name, text])
            } else {
                try database.execute(sql: "DELETE FROM hub.notes WHERE name = ?", arguments: [name])
            }
        }
    }
}

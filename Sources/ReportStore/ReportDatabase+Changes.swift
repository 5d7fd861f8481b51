internal import BanModel
internal import GRDB
internal import LinuxSystem

/// Changes are added at the end, and brought into the reports many at a time (``Schema``).
extension ReportDatabase {
    /// What is known of the tables without a look at them.
    struct Contents: Sendable {
        var names: NameTable
        /// How many changes are not brought into the reports yet.
        var changes: Int
    }

    /// All of them or none; on disk where this returns.
    mutating func apply(_ changes: WaitingChanges) throws(StoreError) {
        contents = try transact(takeContents()) { database, contents in
            try write(changes.reports, database, &contents.names)
            try write(changes.notes, database)
            contents.changes += changes.reports.count
        }
    }

    /// How many changes wait to be brought into the reports, as far as that is known.
    var changeCount: Int { contents?.changes ?? 0 }

    /// How many changes wait to be brought into the reports.
    mutating func countChanges() throws(StoreError) -> Int {
        if contents == nil { contents = try run { try readContents($0) } }
        return changeCount
    }

    /// Brings the first `count` changes into the reports; on disk where this returns. Where it throws, all are on disk as
    /// they were.
    mutating func fold(_ count: Int) throws(StoreError) {
        var most = mostNames
        contents = try transact(takeContents()) { database, contents in
            try fold(database, count)
            contents.changes = max(0, contents.changes - count)
            guard contents.changes == 0, contents.names.count > most else { return }
            try NameTable.prune(database)
            contents.names = try readNames(database)
            most = max(most, 2 * contents.names.count)
        }
        mostNames = most
        // What was sorted.
        OwnProcess.letGoOfMemory()
    }

    /// A commit that fails may have come about all the same: what is in the tables is not known then.
    private mutating func takeContents() -> Contents? {
        defer { contents = nil }
        return contents
    }

    /// One transaction. Returns what is in the tables then.
    private func transact(
        _ known: Contents?, _ body: (Database, inout Contents) throws -> Void
    ) throws(StoreError) -> Contents {
        let contents = try run { database in
            var result: Contents?
            try database.inTransaction(.immediate) {
                var contents = try known ?? readContents(database)
                try body(database, &contents)
                result = contents
                return .commit
            }
            guard let result else { throw StoreError(.other(0), path, "the transaction did not take place") }
            return result
        }
        try checkPresence()
        return contents
    }

    private func readContents(_ database: Database) throws -> Contents {
        Contents(
            names: try readNames(database),
            changes: try Int.fetchOne(database, sql: "SELECT count(*) FROM hub.changes") ?? 0)
    }

    /// Brings the first so many changes into the reports.
    ///
    /// Of one report the last counts: beside max(id) SQLite gives the other columns of that row, and it groups in the order of
    /// the reports, of which each page is so touched once.
    private func fold(_ database: Database, _ count: Int) throws {
        guard
            let last = try Int64.fetchOne(
                database,
                sql: "SELECT max(id) FROM (SELECT id FROM hub.changes ORDER BY id LIMIT ?)", arguments: [count])
        else { return }
        let (columns, key) = (Schema.reportColumns, "address, jail, origin")
        let news = "(SELECT \(columns), max(id) FROM hub.changes WHERE id <= \(last) GROUP BY \(key))"
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO hub.reports (\(columns)) SELECT \(columns) FROM \(news) WHERE version IS NOT NULL
                """)
        let forgets = "SELECT EXISTS (SELECT 1 FROM hub.changes WHERE id <= \(last) AND version IS NULL)"
        if try Bool.fetchOne(database, sql: forgets) == true {
            try database.execute(
                sql: """
                    DELETE FROM hub.reports WHERE (\(key)) IN (SELECT \(key) FROM \(news) WHERE version IS NULL)
                    """)
        }
        try database.execute(sql: "DELETE FROM hub.changes WHERE id <= \(last)")
    }

    private func write(
        _ changes: [WaitingChanges.Change], _ database: Database, _ names: inout NameTable
    ) throws {
        let add = try RowStatement(
            database,
            sql: "INSERT INTO hub.changes (\(Schema.reportColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        var address: [UInt8] = []
        for change in changes {
            let key = change.key
            address.removeAll(keepingCapacity: true)
            key.subject.address.append(to: &address)
            add.bind(address, as: .text, at: 1)
            add.bind(try names.number(of: key.subject.jail, in: database), at: 2)
            add.bind(try names.number(of: key.origin, in: database), at: 3)
            if case .put(let report) = change {
                let state = report.state
                add.bind(state.version, at: 4)
                add.bind(state.isPardoned ? 2 : state.isLifted ? 1 : 0, at: 5)
                add.bind(state.until.microseconds, at: 6)
                if state.forget != state.until { add.bind(state.forget.microseconds, at: 7) }
                if let way = report.way {
                    add.bind(Int64(way.trust.millionths), at: 8)
                    var hops: [UInt8] = []
                    way.hops.append(to: &hops)
                    add.bind(hops, as: .text, at: 9)
                    if let signature = report.signature { add.bind(signature.bytes, as: .blob, at: 10) }
                }
            }
            try add.run()
        }
    }

    private func write(_ notes: [String: String?], _ database: Database) throws {
        for (name, text) in notes {
            if let text {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO hub.notes (name, text) VALUES (?, ?)", arguments: [name, text])
            } else {
                try database.execute(sql: "DELETE FROM hub.notes WHERE name = ?", arguments: [name])
            }
        }
    }
}

internal import BanModel
internal import GRDB
internal import LinuxSystem

/// Changes are added at the end, and brought into the reports many at a time (``Schema``).
extension ReportDatabase {
    /// What is known of the tables without a look at them.
    struct Contents: Sendable {
        var names: NameTable
        /// So many names are kept before those are looked for that no row needs.
        var mostNames: Int
        /// How many changes are not brought into the reports yet.
        var changes: Int
    }

    /// All of them or none; on disk where this returns.
    mutating func apply(_ changes: WaitingChanges) throws(StoreError) {
        contents = try transact(takeContents()) { database, contents in
            if contents.names.count > contents.mostNames {
                // Changes need their names too.
                try Self.fold(database, &contents)
                try NameTable.prune(database)
                contents.names = try readNames(database)
                contents.mostNames = max(fewNames, 2 * contents.names.count)
            }
            try write(changes.reports, database, &contents.names)
            try write(changes.notes, database)
            contents.changes += changes.reports.count
            if contents.changes > mostChanges { try Self.fold(database, &contents) }
        }
    }

    /// Whether a quiet moment is to be used for ``fold()``.
    var wantsQuiet: Bool { contents.map { $0.changes > fewChanges } ?? false }

    /// Brings all changes into the reports; on disk where this returns.
    mutating func fold() throws(StoreError) { contents = try transact(takeContents()) { try Self.fold($0, &$1) } }

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

    /// Changes are numbered from 1 on, since all of them go at once.
    private func readContents(_ database: Database) throws -> Contents {
        Contents(
            names: try readNames(database), mostNames: fewNames,
            changes: try Int.fetchOne(database, sql: "SELECT max(id) FROM hub.changes") ?? 0)
    }

    /// Of one report the last change counts: beside max(id) SQLite gives the other columns of that row, and it groups in
    /// the order of the reports, of which each page is so touched once.
    private static func fold(_ database: Database, _ contents: inout Contents) throws {
        let columns = "address, jail, origin, version, lifted, until, forget, trust, hops, signature"
        let last = "(SELECT \(columns), max(id) FROM hub.changes GROUP BY address, jail, origin)"
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO hub.reports (\(columns)) SELECT \(columns) FROM \(last) WHERE version IS NOT NULL
                """)
        if try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM hub.changes WHERE version IS NULL)") == true {
            let key = "address, jail, origin"
            try database.execute(
                sql: """
                    DELETE FROM hub.reports WHERE (\(key)) IN (SELECT \(key) FROM \(last) WHERE version IS NULL)
                    """)
        }
        try database.execute(sql: "DELETE FROM hub.changes")
        contents.changes = 0
        // What was sorted.
        OwnProcess.letGoOfMemory()
    }

    private func write(
        _ changes: [WaitingChanges.Change], _ database: Database, _ names: inout NameTable
    ) throws {
        let add = try RowStatement(
            database,
            sql: """
                INSERT INTO hub.changes (address, jail, origin, version, lifted, until, forget, trust, hops, signature)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
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
                    for (index, hop) in way.hops.enumerated() {
                        if index > 0 { hops.append(UInt8(ascii: ",")) }
                        hop.append(to: &hops)
                    }
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

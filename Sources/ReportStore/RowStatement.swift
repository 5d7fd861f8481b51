internal import GRDB
internal import GRDBSQLite

/// A statement that is run for each of many rows: its first parameter is a text, all others are numbers.
///
/// GRDB's own way to run one boxes each value, and costs several times what SQLite does with the row.
struct RowStatement {
    private let statement: Statement
    private let connection: OpaquePointer?

    init(_ database: Database, sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        connection = database.sqliteConnection
    }

    /// - Parameter index: from 2 on, in the order in which they stand in the statement.
    func bind(_ number: Int64?, at index: Int32) {
        if let number {
            sqlite3_bind_int64(statement.sqliteStatement, index, number)
        } else {
            sqlite3_bind_null(statement.sqliteStatement, index)
        }
    }

    /// - Parameter text: UTF-8.
    func run(_ text: [UInt8]) throws {
        let code = text.withUnsafeBytes { bytes in
            // SQLite reads the bytes where they are, which is only here.
            sqlite3_bind_text(
                statement.sqliteStatement, 1, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count), nil)
            defer { sqlite3_bind_null(statement.sqliteStatement, 1) }
            defer { sqlite3_reset(statement.sqliteStatement) }
            return sqlite3_step(statement.sqliteStatement)
        }
        guard code == SQLITE_DONE else {
            let message = connection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }
}

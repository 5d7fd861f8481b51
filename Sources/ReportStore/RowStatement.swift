internal import GRDB
internal import GRDBSQLite

/// A statement that is run for each of many rows. What is not bound is null.
///
/// GRDB's own way to run one boxes each value, and costs several times what SQLite does with the row.
struct RowStatement {
    enum Kind {
        /// UTF-8.
        case text
        case blob
    }

    /// SQLite copies what it is given.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private let statement: Statement
    private let connection: OpaquePointer?

    init(_ database: Database, sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        connection = database.sqliteConnection
        // What ran before may have left something.
        sqlite3_clear_bindings(statement.sqliteStatement)
    }

    /// - Parameter index: from 1 on, in the order in which they stand in the statement.
    func bind(_ number: Int64, at index: Int32) { sqlite3_bind_int64(statement.sqliteStatement, index, number) }

    /// As ``bind(_:at:)``.
    func bind(_ bytes: [UInt8], as kind: Kind, at index: Int32) {
        // The zero byte is none of them, but without an address SQLite would take nothing for null.
        _ = (bytes + [0]).withUnsafeBytes { buffer in
            switch kind {
            case .text:
                sqlite3_bind_text(
                    statement.sqliteStatement, index, buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(bytes.count), Self.copied)
            case .blob:
                sqlite3_bind_blob(statement.sqliteStatement, index, buffer.baseAddress, Int32(bytes.count), Self.copied)
            }
        }
    }

    func run() throws {
        let code = sqlite3_step(statement.sqliteStatement)
        sqlite3_reset(statement.sqliteStatement)
        sqlite3_clear_bindings(statement.sqliteStatement)
        guard code == SQLITE_DONE else {
            let message = connection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }
}

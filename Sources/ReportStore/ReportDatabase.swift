internal import BanModel
internal import GRDB
internal import Glibc
internal import LinuxSystem

/// The database file, and the one connection to it.
///
/// The connection's own database is in memory and empty; the file is attached to it. So the connection lasts as long as
/// this value, however often the file is opened anew: releasing a `DatabaseQueue` releases its DispatchQueue, which
/// starts libdispatch's pool, whose monitor then wakes up once a second for ever.
struct ReportDatabase: Sendable {
    /// How long SQLite waits for a lock: longer than another connection's commit, shorter than a daemon may take to end.
    private static let patience = 0.5
    /// In KiB: changes are added at the end, and brought into the reports in their order.
    private static let cache = 4 << 10
    /// In pages of 4 KiB: the longer the log, the fewer the pages that are written twice.
    private static let checkpoint = 16 << 10
    /// In bytes: what is left of the log once it has been longer.
    private static let keptLog = 64 << 20

    let path: String
    let queue: DatabaseQueue
    private let steps: [String]
    /// The file that is attached; nil where none is.
    private(set) var file: FileIdentity?
    /// What ``open()`` came after.
    private var restart: StoreRestart?
    /// nil where it has to be read again.
    var contents: Contents?
    /// So many names are kept before those are looked for that no row needs.
    var mostNames = 10_000

    /// - Parameter steps: of the schema; a test has others.
    init(path: String, steps: [String] = Schema.steps) throws(StoreError) {
        self.path = path
        self.steps = steps
        var configuration = GRDB.Configuration()
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(Self.patience)
        do {
            queue = try DatabaseQueue(configuration: configuration)
        } catch {
            throw StoreError(error, path)
        }
    }

    /// Attaches the file, which is made where there is none, and brings its schema up to date.
    mutating func open() throws(StoreError) {
        guard file == nil else { return }
        let identity = try makeFile()
        do throws(StoreError) {
            try run { database in
                try database.execute(sql: "ATTACH DATABASE ? AS hub", arguments: [path])
                try migrate(database)
                try setUp(database)
            }
        } catch {
            try close()
            // What is damaged where the mark should be may be anybody's: it is not ours to move.
            guard error.kind == .corrupt, try !isMarked() else { throw error }
            throw StoreError(.foreign, path, error.reason)
        }
        contents = nil
        file = identity
    }

    /// Lets go of the file. What was committed is on disk, whether this succeeds or not.
    mutating func close() throws(StoreError) {
        try run { database in
            let names = try String.fetchAll(database, sql: "SELECT name FROM pragma_database_list")
            if names.contains("hub") { try database.execute(sql: "DETACH DATABASE hub") }
        }
        file = nil
    }

    /// Lets go of a file that is damaged or gone, and moves a damaged one aside: the next ``open()`` makes an empty one.
    ///
    /// One copy is kept: a disk that damages every new database as well must not be filled with them.
    mutating func abandon(after error: StoreError) throws(StoreError) {
        // Detaching writes the log into the database, which need not succeed where that is damaged.
        do throws(StoreError) { try close() } catch { file = nil }
        var aside: String?
        if error.kind == .corrupt, try exists() {
            let name = path + ".corrupt"
            // The log first: a crash in between must not leave it to the new database.
            for suffix in ["-wal", ""] where rename(path + suffix, name + suffix) != 0 {
                let code = errno
                guard code == ENOENT else {
                    throw StoreError(.cannotOpen, path, "rename to \(name): \(SystemError.text(of: code))")
                }
            }
            aside = name
        }
        restart = StoreRestart(error: restart?.error ?? error, aside: aside ?? restart?.aside)
    }

    /// Whether the file was begun anew, told once.
    mutating func takeRestart() -> StoreRestart? {
        defer { restart = nil }
        return restart
    }

    /// Whether another file, or none, has the name by now: what is written would be lost at the next start.
    func checkPresence() throws(StoreError) {
        guard let file else { return }
        let identity: FileIdentity?
        do throws(SystemError) {
            identity = try FileSystem.status(of: path)?.identity
        } catch {
            throw StoreError(error, path)
        }
        guard identity == file else {
            throw StoreError(.gone, path, identity == nil ? "no such file any more" : "another file has its name")
        }
    }

    /// One use of the connection; every error becomes one of ours.
    func run<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try queue.writeWithoutTransaction(body)
        } catch {
            throw StoreError(error, path)
        }
    }

    // MARK: The file

    /// Never while it is attached: closing a file lets go of all locks that the process has on it (fcntl(2)).
    private func makeFile() throws(StoreError) -> FileIdentity {
        let isThere = try exists()
        do throws(SystemError) {
            return try File.open(appending: path, mode: 0o640).status.identity
        } catch {
            guard isThere, error.isNotPermitted else { throw StoreError(error, path) }
            throw StoreError(.readOnly, path, error.description)
        }
    }

    private func exists() throws(StoreError) -> Bool {
        do throws(SystemError) {
            return try FileSystem.status(of: path) != nil
        } catch {
            throw StoreError(error, path)
        }
    }

    /// Whether the header says that it is a database of a hub's; as ``makeFile()``.
    private func isMarked() throws(StoreError) -> Bool {
        let header: [UInt8]
        do throws(SystemError) {
            header = try File.open(reading: path).read(atMost: 72, at: 0)
        } catch {
            throw StoreError(error, path)
        }
        let mark = header.dropFirst(68).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return header.starts(with: "SQLite format 3\0".utf8) && mark == Schema.applicationID
    }

    // MARK: Opening

    private func migrate(_ database: Database) throws {
        let mark = try Self.number(database, "application_id")
        let version = try Self.number(database, "user_version")
        if mark != Schema.applicationID {
            let count = try Int64.fetchOne(database, sql: "SELECT count(*) FROM hub.sqlite_master")
            guard mark == 0, version == 0, count == 0 else {
                throw StoreError(.foreign, path, "a database of another program")
            }
        }
        guard version <= steps.count else {
            throw StoreError(.newer(Int(version)), path, "schema version \(version), known are 1 to \(steps.count)")
        }
        // Before the first write: a step that is committed has to be on disk too.
        try database.execute(sql: "PRAGMA hub.synchronous = FULL")
        for (index, step) in steps.enumerated().dropFirst(Int(version)) {
            try database.inTransaction(.immediate) {
                try database.execute(sql: step)
                try database.execute(sql: "PRAGMA hub.application_id = \(Schema.applicationID)")
                try database.execute(sql: "PRAGMA hub.user_version = \(index + 1)")
                return .commit
            }
        }
    }

    private func setUp(_ database: Database) throws {
        let mode = try String.fetchOne(database, sql: "PRAGMA hub.journal_mode = WAL")
        guard mode == "wal" else {
            throw StoreError(.cannotOpen, path, "its file system has no write-ahead log: \(mode ?? "no answer")")
        }
        // Where there is no room for other files, there is still some for the few tens of megabytes that a fold needs.
        try database.execute(sql: "PRAGMA temp_store = MEMORY")
        try database.execute(sql: "PRAGMA hub.cache_size = -\(Self.cache)")
        try database.execute(sql: "PRAGMA hub.wal_autocheckpoint = \(Self.checkpoint)")
        try database.execute(sql: "PRAGMA hub.journal_size_limit = \(Self.keptLog)")
    }

    private static func number(_ database: Database, _ pragma: String) throws -> Int64 {
        try Int64.fetchOne(database, sql: "PRAGMA hub.\(pragma)") ?? 0
    }
}

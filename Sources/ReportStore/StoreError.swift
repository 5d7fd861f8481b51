internal import GRDB
internal import Glibc
internal import LinuxSystem

/// Why the database does not do what it should: which file, what is wrong, and what to do.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// Another process holds its lock.
        case locked
        /// Its disk, or this user's share of it, is full.
        case full
        /// It may not be written.
        case readOnly
        /// Its bytes make no sense any more.
        case corrupt
        /// It cannot be opened or made.
        case cannotOpen
        /// It is the database, or another file, of another program.
        case foreign
        /// A newer program wrote it, with this version of the schema.
        case newer(Int)
        /// It was moved, replaced or removed while it was in use.
        case gone
        /// SQLite's extended result code, or errno.
        case other(Int32)
    }

    public let kind: Kind
    public let path: String
    /// In the words of SQLite or the system.
    public let reason: String

    init(_ kind: Kind, _ path: String, _ reason: String) {
        self.kind = kind
        self.path = path
        self.reason = reason
    }

    /// What was stored is not to be had any more, and will not be by waiting.
    var isLoss: Bool { kind == .corrupt || kind == .gone }

    public var description: String { "\(path): \(reason): \(advice)" }

    private var advice: String {
        switch kind {
        case .locked: "another process has locked the database; end it (fuser \(path) names it)"
        case .full: "no space is left for the database; free some on its file system"
        case .readOnly:
            "the database may not be written; see to the rights of the file and its folder, and to the mount"
        case .corrupt: "the database is damaged; look at the disk"
        case .cannotOpen: "the database cannot be opened; see to its folder and the rights"
        case .foreign: "this is not the hub's database and is left alone; set another path, or move the file away"
        case .newer: "a newer fail2ban-publisher wrote this database; start that one, or move the file away"
        case .gone: "somebody moved, replaced or removed the database while it was in use"
        case .other: "the database does not work; look at its disk and its folder"
        }
    }
}

extension StoreError {
    init(_ error: any Error, _ path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as SystemError: self.init(error, path)
        case let error as DatabaseError: self.init(error, path)
        default: self.init(.other(0), path, "\(error)")
        }
    }

    private init(_ error: DatabaseError, _ path: String) {
        let code = error.extendedResultCode
        let reason = "\(error.message ?? "no message") (SQLite \(code.rawValue))"
        // SQLite keeps errno to itself where a commit fails: what forbids writing is found by asking for it.
        guard code.primaryResultCode == .SQLITE_IOERR, access(path, W_OK) != 0 else {
            self.init(Self.kind(of: code), path, reason)
            return
        }
        let cause = errno
        let isForbidden = [EROFS, EPERM, EACCES].contains(cause)
        self.init(
            isForbidden ? .readOnly : Self.kind(of: code), path, "\(reason), \(SystemError.text(of: cause))")
    }

    private init(_ error: SystemError, _ path: String) {
        let kind: Kind = if error.isFull { .full } else if error.code == EROFS { .readOnly } else { .cannotOpen }
        self.init(kind, path, error.description)
    }

    private static func kind(of code: ResultCode) -> Kind {
        switch code {
        case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
        // Where the index of the write-ahead log does not fit, SQLite does not say why.
        case .SQLITE_FULL, .SQLITE_IOERR_SHMSIZE: .full
        case .SQLITE_READONLY: .readOnly
        // Nothing that we write violates a constraint: a row that does was not written by us.
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CONSTRAINT: .corrupt
        case .SQLITE_CANTOPEN, .SQLITE_PERM: .cannotOpen
        default: .other(code.rawValue)
        }
    }
}

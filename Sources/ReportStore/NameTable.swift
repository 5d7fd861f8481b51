internal import BanModel
internal import GRDB

/// The short numbers under which rows keep origins and jails.
struct NameTable: Sendable {
    private(set) var origins: [Origin: Int64] = [:]
    private(set) var jails: [Jail: Int64] = [:]
    /// The ones that were looked for last: what comes in a row comes from few.
    private var lastOrigin: (origin: Origin, number: Int64)?
    private var lastJail: (jail: Jail, number: Int64)?

    var count: Int { origins.count + jails.count }

    /// - Returns: nil where the tables hold what is no name.
    init?(reading database: Database) throws {
        for row in try Row.fetchAll(database, sql: "SELECT id, host, source, cluster, friend FROM hub.origins") {
            guard let id = row.integer(0), let host = row.text(1).flatMap({ Host($0) }),
                let source = row.text(2).flatMap({ Origin.Source(rawValue: $0) }), let cluster = row.text(3),
                let friend = row.text(4), let foreign = Self.foreign(cluster, friend)
            else { return nil }
            origins[Origin(host: host, source: source, foreign: foreign)] = id
        }
        for row in try Row.fetchAll(database, sql: "SELECT id, name FROM hub.jails") {
            guard let id = row.integer(0), let jail = row.text(1).flatMap({ Jail($0) }) else { return nil }
            jails[jail] = id
        }
    }

    /// nil where they are no clusters; the inner nil: our own host.
    private static func foreign(_ cluster: String, _ friend: String) -> Origin.Foreign?? {
        if cluster.isEmpty, friend.isEmpty { return .some(nil) }
        guard let cluster = Cluster(cluster), let friend = Cluster(friend) else { return nil }
        return Origin.Foreign(cluster: cluster, friend: friend)
    }

    /// The number of an origin, which gets one where it has none.
    mutating func number(of origin: Origin, in database: Database) throws -> Int64 {
        if let lastOrigin, lastOrigin.origin == origin { return lastOrigin.number }
        let number = try origins[origin] ?? insert(origin, in: database)
        lastOrigin = (origin, number)
        return number
    }

    private mutating func insert(_ origin: Origin, in database: Database) throws -> Int64 {
        let insert = try database.cachedStatement(
            sql: "INSERT INTO hub.origins (host, source, cluster, friend) VALUES (?, ?, ?, ?)")
        try insert.execute(arguments: [
            origin.host.name, origin.source.rawValue, origin.foreign?.cluster.id ?? "", origin.foreign?.friend.id ?? "",
        ])
        let number = database.lastInsertedRowID
        origins[origin] = number
        return number
    }

    /// The number of a jail, which gets one where it has none.
    mutating func number(of jail: Jail, in database: Database) throws -> Int64 {
        if let lastJail, lastJail.jail == jail { return lastJail.number }
        let number = try jails[jail] ?? insert(jail, in: database)
        lastJail = (jail, number)
        return number
    }

    private mutating func insert(_ jail: Jail, in database: Database) throws -> Int64 {
        let insert = try database.cachedStatement(sql: "INSERT INTO hub.jails (name) VALUES (?)")
        try insert.execute(arguments: [jail.name])
        let number = database.lastInsertedRowID
        jails[jail] = number
        return number
    }

    /// Takes away the names that no row needs any more.
    static func prune(_ database: Database) throws {
        try database.execute(sql: "DELETE FROM hub.origins WHERE id NOT IN (SELECT origin FROM hub.reports)")
        try database.execute(sql: "DELETE FROM hub.jails WHERE id NOT IN (SELECT jail FROM hub.reports)")
    }
}

extension Row {
    /// nil where the column holds anything else: a damaged row must not end the process, as a wrong cast would.
    func integer(_ index: Int) -> Int64? {
        guard case .int64(let number) = (self[index] as DatabaseValue).storage else { return nil }
        return number
    }

    /// As ``integer(_:)``.
    func bytes(_ index: Int) -> [UInt8]? {
        guard case .blob(let data) = (self[index] as DatabaseValue).storage else { return nil }
        return Array(data)
    }

    func isNull(_ index: Int) -> Bool { (self[index] as DatabaseValue).isNull }

    /// As ``integer(_:)``.
    func text(_ index: Int) -> String? {
        guard case .string(let text) = (self[index] as DatabaseValue).storage else { return nil }
        return text
    }
}

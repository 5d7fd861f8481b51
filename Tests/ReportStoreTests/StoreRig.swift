import BanModel
import Foundation
import GRDB
import Glibc
import LinuxSystem
import OwnThread
import Testing

@testable import ReportStore

/// A folder for one database, gone with its test.
final class StoreRig: Sendable {
    let folder: String
    var path: String { folder + "/hub.db" }

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/report-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static func report(
        _ address: String, jail: String = "sshd", host: String = "a", source: Origin.Source = .log,
        version: Int64 = 1, isLifted: Bool = false, until: Timestamp = .seconds(10), forget: Timestamp? = nil
    ) throws -> Report {
        Report(
            origin: Origin(host: try #require(Host(host)), source: source),
            subject: Subject(try #require(Jail(jail)), try Address(address)),
            state: Report.State(version: version, isLifted: isLifted, until: until, forget: forget))
    }

    /// Pauses that a test does not wait long for, and parts of which a few thousand changes are several.
    func open() throws -> ReportStore {
        var schedule = FoldSchedule()
        schedule.part = 1_000
        return try ReportStore(path: path, pauses: Pauses(first: 1_000, longest: 10_000), schedule: schedule)
    }

    /// What is on disk, as the next start finds it; the store before it must have ended.
    func kept() async throws -> Set<Report> {
        let store = try open()
        let all = try store.all()
        #expect(store.outcomes.drain() == [])
        await store.ended()
        return all
    }

    /// SQL from another process, as the one that would hold a lock or look in is.
    @discardableResult
    func sql(_ statement: String) async throws -> String {
        let script =
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],isolation_level=None); print(c.execute(sys.argv[2]).fetchall())"
        let result = await runProgramAside(
            "/usr/bin/python3", ["-c", script, path, statement], timeLimit: .seconds(50), outputLimit: 1 << 20)
        guard case .exited(status: 0, let output, _) = result else {
            Issue.record("\(statement): \(result)")
            return ""
        }
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func overwrite(_ name: String, at offset: Int, with bytes: [UInt8]) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: name))
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }
}

extension ReportStore {
    func all() throws -> Set<Report> {
        var all: Set<Report> = []
        try load(chunk: 1000) { chunk in
            #expect((1...1000).contains(chunk.count))
            for report in chunk { #expect(all.insert(report).inserted) }
        }
        return all
    }

    /// The outcomes from now up to the first that will do.
    func outcomes(until isLast: @escaping @Sendable (StoreOutcome) -> Bool) async -> [StoreOutcome] {
        await onOwnThread("waits") {
            var all: [StoreOutcome] = []
            while true {
                var watched = pollfd(fd: self.outcomes.fileDescriptor, events: Int16(POLLIN), revents: 0)
                poll(&watched, 1, -1)
                let new = self.outcomes.drain()
                all += new
                if new.contains(where: isLast) { return all }
            }
        }
    }

    @discardableResult
    func stored(_ ticket: UInt64) async -> [StoreOutcome] { await outcomes { $0 == .stored(upTo: ticket) } }

    /// The first failure from now on.
    func failure() async -> StoreError? {
        for case .failed(let error, _) in await outcomes(until: { $0.error != nil }) { return error }
        return nil
    }

    func ended() async { await onOwnThread("ends") { self.end() } }

    /// Writes, and returns when that is on disk.
    func store(_ changes: [StoreChange], ticket: UInt64) async {
        write(changes, ticket: ticket)
        await stored(ticket)
    }
}

extension ReportDatabase {
    func setting(_ pragma: String) throws -> String {
        try run { try String.fetchOne($0, sql: "PRAGMA hub.\(pragma)") } ?? ""
    }
}

extension StoreOutcome {
    var error: StoreError? { if case .failed(let error, _) = self { error } else { nil } }
    var postponed: StoreError? { if case .postponed(let error) = self { error } else { nil } }
    var restart: StoreRestart? { if case .startedOver(let restart) = self { restart } else { nil } }
}

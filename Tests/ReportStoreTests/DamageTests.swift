import BanModel
import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import ReportStore

@Suite(.timeLimit(.minutes(10))) struct DamageTests {
    /// A database of 5,000 reports, closed; the second half of them has come as changes.
    private func filled(_ rig: StoreRig) throws -> Set<Report> {
        let reports = try (0..<5000).map { try StoreRig.report("10.0.\($0 / 250).\($0 % 250)", host: "h\($0 % 7)") }
        var database = try ReportDatabase(path: rig.path)
        try database.open()
        for half in [reports[..<2500], reports[2500...]] {
            try database.fold(2_500)
            var changes = WaitingChanges()
            changes.add(half.map { .put($0) }, ticket: 1)
            try database.apply(changes)
        }
        try database.close()
        return Set(reports)
    }

    private func size(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    @Test(arguments: [100, 4096, 8192, 12_288, 20_480, 40_960])
    func `a damaged database is moved aside, said, and begun anew`(offset: Int) async throws {
        let rig = try StoreRig()
        let reports = try filled(rig)
        let before = try size(rig.path)
        try rig.overwrite(rig.path, at: offset, with: [UInt8](repeating: 0xA5, count: 600))
        let store = try rig.open()
        let salvaged = try store.all()
        #expect(salvaged.isSubset(of: reports))
        let restart = try #require(store.outcomes.drain().first?.restart)
        #expect(restart.error.kind == .corrupt)
        #expect(restart.aside == rig.path + ".corrupt")
        #expect(restart.description.contains(rig.path))
        #expect(try size(rig.path + ".corrupt") == before)
        #expect(try store.all() == [])
        let report = try StoreRig.report("192.0.2.1")
        await store.store([.put(report)], ticket: 1)
        await store.ended()
        #expect(try await rig.kept() == [report])
    }

    @Test func `nothing is written into a damaged database before it is moved aside`() async throws {
        let rig = try StoreRig()
        _ = try filled(rig)
        // Among the reports, where none of the changes would go.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: rig.path))
        let marker = try #require(bytes.range(of: Data("10.0.5.100".utf8)))
        try rig.overwrite(rig.path, at: marker.lowerBound / 4096 * 4096, with: [UInt8](repeating: 0xA5, count: 64))
        let damaged = try Data(contentsOf: URL(fileURLWithPath: rig.path))
        let store = try rig.open()
        _ = try store.all()
        await store.ended()
        #expect(try Data(contentsOf: URL(fileURLWithPath: rig.path + ".corrupt")) == damaged)
    }

    @Test func `of a database with one damaged page most reports are read all the same`() async throws {
        let rig = try StoreRig()
        let reports = try filled(rig)
        let end = try size(rig.path)
        // Among the changes; what stands behind it in their order is lost with it.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: rig.path))
        let marker = try #require(bytes.range(of: Data("10.0.19.99".utf8), options: .backwards))
        try rig.overwrite(rig.path, at: marker.lowerBound / 4096 * 4096, with: [UInt8](repeating: 0xA5, count: 64))
        let store = try rig.open()
        let read = try store.all()
        #expect(read.isSubset(of: reports))
        #expect(read.count > reports.count / 2)
        #expect(store.outcomes.drain().first?.restart?.error.kind == .corrupt)
        #expect(try size(rig.path + ".corrupt") == end)
        await store.store(read.map { .put($0) }, ticket: 1)
        await store.ended()
        #expect(try await rig.kept() == read)
    }

    @Test func `random bytes anywhere never crash it, and it works afterwards`() async throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<15 {
            let rig = try StoreRig()
            let reports = try filled(rig)
            let offset = Int.random(in: 100..<(try size(rig.path)), using: &generator)
            let bytes = (0..<Int.random(in: 1...300, using: &generator)).map { _ in UInt8.random(in: 0...255) }
            try rig.overwrite(rig.path, at: offset, with: bytes)
            let what = Comment(rawValue: "\(bytes) at \(offset)")
            let store = try rig.open()
            // SQLite has no checksums: a bit of a number may differ and nobody can tell.
            var loaded = 0
            try store.load { loaded += $0.count }
            #expect(loaded <= reports.count, what)
            await store.store(reports.map { .put($0) }, ticket: 1)
            await store.ended()
            #expect(reports.isSubset(of: try await rig.kept()), what)
        }
    }

    @Test func `a database that is damaged while it is in use is begun anew, and the hub is told`() async throws {
        let rig = try StoreRig()
        let reports = try filled(rig)
        let store = try rig.open()
        // All but the header: what is cached is bypassed by a size that does not fit any more.
        try await rig.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        try rig.overwrite(rig.path, at: 4096, with: [UInt8](repeating: 0xA5, count: try size(rig.path) - 4096))
        // A change of another connection makes SQLite drop its cache.
        try await rig.sql("PRAGMA user_version = \(Schema.steps.count)")
        let added = try StoreRig.report("192.0.2.1")
        store.write([.put(added)], ticket: 1)
        let outcomes = await store.stored(1)
        let restart = try #require(outcomes.compactMap(\.restart).first)
        #expect(restart.error.kind == .corrupt)
        #expect(outcomes.compactMap(\.restart).count == 1)
        await store.store(reports.map { .put($0) }, ticket: 2)
        await store.ended()
        #expect(try await rig.kept() == reports.union([added]))
    }

    @Test func `a database that is taken away while it is in use is begun anew, and the hub is told`() async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        let (one, two) = (try StoreRig.report("192.0.2.1"), try StoreRig.report("192.0.2.2"))
        await store.store([.put(one)], ticket: 1)
        try FileManager.default.removeItem(atPath: rig.path)
        store.write([.put(two)], ticket: 2)
        let restart = try #require(await store.stored(2).compactMap(\.restart).first)
        #expect(restart.error.kind == .gone)
        #expect(restart.aside == nil)
        await store.ended()
        #expect(try await rig.kept() == [two])
    }

    @Test func `what is no database of a hub is refused, and left alone`() async throws {
        let rig = try StoreRig()
        let text = Data(String(repeating: "root:x:0:0\n", count: 1000).utf8)
        try text.write(to: URL(fileURLWithPath: rig.path))
        let error = #expect(throws: StoreError.self) { try rig.open() }
        #expect(error?.kind == .foreign)
        #expect(try Data(contentsOf: URL(fileURLWithPath: rig.path)) == text)
    }

    @Test func `another program's database is refused, and left alone`() async throws {
        let rig = try StoreRig()
        try await rig.sql("CREATE TABLE theirs (a)")
        let error = #expect(throws: StoreError.self) { try rig.open() }
        #expect(error?.kind == .foreign)
        #expect(try await rig.sql("SELECT name FROM sqlite_master") == "[('theirs',)]")
    }

    @Test func `a database of a newer hub is refused, and left alone`() async throws {
        let rig = try StoreRig()
        let reports = try filled(rig)
        try await rig.sql("PRAGMA user_version = 99")
        let error = #expect(throws: StoreError.self) { try rig.open() }
        #expect(error?.kind == .newer(99))
        #expect(error?.description.contains("99") == true)
        try await rig.sql("PRAGMA user_version = \(Schema.steps.count)")
        #expect(try await rig.kept() == reports)
    }

    @Test func `an empty file becomes a database`() async throws {
        let rig = try StoreRig()
        try Data().write(to: URL(fileURLWithPath: rig.path))
        let store = try rig.open()
        await store.store([.put(try StoreRig.report("192.0.2.1"))], ticket: 1)
        await store.ended()
        #expect(try await rig.sql("PRAGMA user_version") == "[(\(Schema.steps.count),)]")
    }

    @Test func `a later step of the schema keeps the reports, and one that fails changes nothing`() async throws {
        let rig = try StoreRig()
        let reports = try filled(rig)
        let broken = "ALTER TABLE hub.reports ADD COLUMN later INTEGER; ALTER TABLE hub.nothing ADD COLUMN a"
        var database = try ReportDatabase(path: rig.path, steps: Schema.steps + [broken])
        #expect(throws: StoreError.self) { try database.open() }
        #expect(try await rig.kept() == reports)
        let step = "ALTER TABLE hub.reports ADD COLUMN later INTEGER NOT NULL DEFAULT 1000000"
        database = try ReportDatabase(path: rig.path, steps: Schema.steps + [step])
        try database.open()
        var loaded: Set<Report> = []
        try database.load(chunk: 100) { loaded.formUnion($0) }
        #expect(loaded == reports)
        try database.close()
        #expect(try await rig.sql("SELECT DISTINCT later FROM reports") == "[(1000000,)]")
        let error = #expect(throws: StoreError.self) { try rig.open() }
        #expect(error?.kind == .newer(Schema.steps.count + 1))
    }

    @Test func `a database from before there were friends keeps its reports`() async throws {
        let rig = try StoreRig()
        var database = try ReportDatabase(path: rig.path, steps: Array(Schema.steps.prefix(1)))
        try database.open()
        try database.close()
        for row in [
            "origins VALUES (3, 'web1', 'person')", "jails VALUES (5, 'sshd')",
            "reports VALUES ('192.0.2.7', 5, 3, 11, 0, 22, 33)",
        ] { try await rig.sql("INSERT INTO \(row)") }
        let state = Report.State(
            version: 11, isLifted: false, until: Timestamp(microseconds: 22), forget: Timestamp(microseconds: 33))
        let report = Report(
            origin: Origin(host: Host("web1")!, source: .person),
            subject: Subject(Jail("sshd")!, try Address("192.0.2.7")), state: state)
        #expect(try await rig.kept() == [report])
    }

    @Test func `what friends told is kept with its way and its signature`() async throws {
        let rig = try StoreRig()
        let (own, other) = (Cluster(String(repeating: "a", count: 32))!, Cluster(String(repeating: "b", count: 32))!)
        var foreign = try StoreRig.report("192.0.2.1")
        foreign.origin.foreign = Origin.Foreign(cluster: own, friend: other)
        foreign.way = Way(trust: Trust(millionths: 640_000)!, hops: [own, other])
        foreign.signature = Signature(bytes: [0, 1, 254, 255])
        var second = foreign
        second.origin.foreign?.friend = own
        second.way?.hops = [own]
        second.signature = nil
        let plain = try StoreRig.report("192.0.2.1")
        // Of a host of ours that is trusted less.
        var less = try StoreRig.report("192.0.2.2")
        less.way = Way(trust: Trust(millionths: 500_000)!)
        let store = try rig.open()
        await store.store([.put(foreign), .put(second), .put(plain), .put(less)], ticket: 1)
        #expect(try store.all() == [foreign, second, plain, less])
        await store.ended()
        #expect(try await rig.kept() == [foreign, second, plain, less])
    }

    @Test func `a folder that is not there is said`() throws {
        let error = #expect(throws: StoreError.self) { try ReportStore(path: "/nonexistent/hub.db") }
        #expect(error?.kind == .cannotOpen)
        #expect(error?.description.hasPrefix("/nonexistent/hub.db: open /nonexistent/hub.db: No such file") == true)
    }
}

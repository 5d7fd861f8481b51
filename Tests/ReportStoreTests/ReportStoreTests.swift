import BanModel
import Foundation
import Glibc
import LinuxSystem
import OwnThread
import Testing

@testable import ReportStore

@Suite(.timeLimit(.minutes(10))) struct ReportStoreTests {
    @Test func `every field of every kind of report comes back`() async throws {
        let rig = try StoreRig()
        let addresses = ["192.0.2.1", "198.51.100.0/24", "0.0.0.0", "2001:db8::1", "2001:db8::/48", "ffff::/16"]
        var reports: Set<Report> = []
        for (index, address) in addresses.enumerated() {
            for source in Origin.Source.allCases {
                reports.insert(
                    try StoreRig.report(
                        address, jail: "j.\(index)-_", host: "h\(index % 2)", source: source,
                        version: .max - Int64(index), isLifted: index % 2 == 0,
                        until: index == 0 ? .forever : .seconds(Int64(index)),
                        forget: [nil, .forever, .seconds(100)][index % 3]))
            }
        }
        reports.insert(
            try StoreRig.report(
                "192.0.2.9", version: .min, until: Timestamp(microseconds: .min), forget: Timestamp(microseconds: -1)))
        let store = try rig.open()
        #expect(try store.all() == [])
        await store.store(reports.map { .put($0) }, ticket: 7)
        #expect(try store.all() == reports)
        await store.ended()
        #expect(try await rig.kept() == reports)
    }

    @Test func `a later version takes the place of an earlier one, and what is forgotten is gone`() async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        let (one, two) = (try StoreRig.report("192.0.2.1"), try StoreRig.report("192.0.2.2"))
        let other = try StoreRig.report("192.0.2.1", host: "b")
        let third = try StoreRig.report("192.0.2.1", jail: "nginx")
        await store.store([.put(one), .put(two), .put(other), .put(third)], ticket: 1)
        var lifted = one
        lifted.state = Report.State(version: 2, isLifted: true, until: .seconds(5), forget: .seconds(10))
        await store.store([.put(lifted), .forget(two.key)], ticket: 2)
        #expect(try store.all() == [lifted, other, third])
        await store.store([.forget(two.key)], ticket: 3)
        await store.ended()
        #expect(try await rig.kept() == [lifted, other, third])
    }

    @Test func `of changes that wait together the last counts, whatever came between`() async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        let holder = try await LockHolder(rig.path)
        var last: Set<Report> = []
        for number in 1...3 {
            let report = try StoreRig.report("192.0.2.\(number)", version: 100)
            let older = try StoreRig.report("192.0.2.\(number)", version: 99)
            let gone = StoreChange.forget(report.key)
            switch number {
            case 1: store.write([.put(older), gone, .put(report)], ticket: 1)
            case 2:
                store.write([.put(older)], ticket: 2)
                store.write([gone], ticket: 3)
                store.write([.put(report)], ticket: 4)
            default: store.write([.put(older), .put(report), gone], ticket: 5)
            }
            if number != 3 { last.insert(report) }
        }
        #expect(await store.failure()?.kind == .locked)
        await holder.release()
        await store.stored(5)
        await store.ended()
        #expect(try await rig.kept() == last)
    }

    @Test func `what waits is no more than there are reports, however often they change`() throws {
        var waiting = WaitingChanges()
        for ticket in 1...3 * WaitingChanges.fewReports {
            let report = try StoreRig.report("192.0.2.\(ticket % 10)", version: Int64(ticket))
            var newer = WaitingChanges()
            newer.add([.put(report), .note("sequence", "\(ticket)")], ticket: UInt64(ticket))
            waiting.add(newer)
        }
        #expect(waiting.reports.count <= WaitingChanges.fewReports)
        let last = waiting.reports.suffix(10)
        #expect(Set(last.map(\.key)).count == 10)
        let versions = last.map { (change: WaitingChanges.Change) -> Int64? in
            if case .put(let report) = change { report.state.version } else { nil }
        }
        #expect(versions == (1...10).map { Int64(3 * WaitingChanges.fewReports - 10 + $0) })
        #expect(waiting.notes == ["sequence": "\(3 * WaitingChanges.fewReports)"])
        #expect(waiting.ticket == UInt64(3 * WaitingChanges.fewReports))
    }

    @Test func `a ticket without changes is answered when all before it is stored`() async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        store.write([], ticket: 1)
        #expect(await store.stored(1) == [.stored(upTo: 1)])
        let holder = try await LockHolder(rig.path)
        store.write([.put(try StoreRig.report("192.0.2.1"))], ticket: 2)
        #expect(await store.failure()?.kind == .locked)
        store.write([], ticket: 3)
        let during = await store.outcomes { $0.error != nil }
        #expect(during.allSatisfy { $0.error != nil })
        await holder.release()
        await store.stored(3)
        #expect(try store.all().count == 1)
        await store.ended()
    }

    @Test func `notes live with the reports`() async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        #expect(try store.note("epoch") == nil)
        await store.store([.note("epoch", "é 1"), .note("sequence", "7")], ticket: 1)
        await store.store([.note("sequence", "8"), .note("epoch", nil)], ticket: 2)
        await store.ended()
        let next = try rig.open()
        #expect(try next.note("epoch") == nil)
        #expect(try next.note("sequence") == "8")
        await next.ended()
    }

    @Test func `four threads that write lose nothing`() async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        let tickets = Guarded<UInt64>(0)
        await withTaskGroup { group in
            for host in 0..<4 {
                group.addTask {
                    await onOwnThread("writes") {
                        for number in 0..<500 {
                            guard
                                let report = try? StoreRig.report(
                                    "10.0.\(number / 250).\(number % 250)", host: "h\(host)")
                            else { return }
                            tickets.withLock {
                                $0 += 1
                                store.write([.put(report)], ticket: $0)
                            }
                        }
                    }
                }
            }
        }
        await store.stored(2000)
        await store.ended()
        #expect(try await rig.kept().count == 2000)
    }

    @Test func `many stores at once keep apart`() async throws {
        try await withThrowingTaskGroup { group in
            for number in 1...20 {
                group.addTask {
                    let rig = try StoreRig()
                    let store = try rig.open()
                    let report = try StoreRig.report("192.0.2.\(number)")
                    await store.store([.put(report)], ticket: 1)
                    await store.ended()
                    #expect(try await rig.kept() == [report])
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `the end stores what still waits`() async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        let report = try StoreRig.report("192.0.2.1")
        store.write([.put(report)], ticket: 1)
        await store.ended()
        #expect(store.outcomes.drain() == [.stored(upTo: 1)])
        #expect(try await rig.kept() == [report])
    }

    @Test func `what is there does not depend on when changes are brought into the reports`() async throws {
        let rig = try StoreRig()
        var database = try ReportDatabase(path: rig.path)
        try database.open()
        var generator = SystemRandomNumberGenerator()
        var expected: [ReportKey: Report] = [:]
        for version in 1...400 {
            var changes = WaitingChanges()
            var said: [String] = []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let number = Int.random(in: 1...20, using: &generator)
                let report = try StoreRig.report("192.0.2.\(number)", version: Int64(version))
                let isForgotten = Int.random(in: 0..<3, using: &generator) == 0
                changes.add([isForgotten ? .forget(report.key) : .put(report)], ticket: 1)
                expected[report.key] = isForgotten ? nil : report
                said.append("\(isForgotten ? "forget" : "put") \(number)")
            }
            try database.apply(changes)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: try database.fold(Int.random(in: 1...60, using: &generator))
            case 1:
                try database.close()
                try database.open()
            default: break
            }
            var loaded: [Report] = []
            try database.load(chunk: 3) { loaded += $0 }
            #expect(loaded.count == expected.count)
            #expect(Set(loaded) == Set(expected.values), "\(version): \(said)")
        }
        try database.close()
    }

    /// How many rows there are: of reports, of changes.
    private func rows(_ rig: StoreRig) async throws -> String {
        try await rig.sql("SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM changes)")
    }

    private func store(_ rig: StoreRig, span: Int64, most: Int = 5, part: Int = 130_000, pause: Int64 = 1_000) throws
        -> ReportStore
    {
        var schedule = FoldSchedule()
        (schedule.part, schedule.few, schedule.most, schedule.span) = (part, 3, most, span)
        schedule.pause = pause
        return try ReportStore(path: rig.path, pauses: Pauses(first: 1_000, longest: 10_000), schedule: schedule)
    }

    private func puts(_ numbers: ClosedRange<Int>) throws -> [StoreChange] {
        try numbers.map { .put(try StoreRig.report("192.0.2.\($0)")) }
    }

    @Test func `a few changes are left, more are brought into the reports once few come, and too many at once`()
        async throws
    {
        let rig = try StoreRig()
        let hour: Int64 = 3_600_000_000
        let store = try store(rig, span: hour)
        await store.store(try puts(1...4), ticket: 1)
        await store.store(try puts(5...5), ticket: 2)
        #expect(try await rows(rig) == "[(0, 5)]")
        await store.store(try puts(6...6), ticket: 3)
        while try await rows(rig) != "[(6, 0)]" {}
        await store.store(try puts(7...7), ticket: 4)
        #expect(try await rows(rig) == "[(6, 1)]")
        await store.ended()
        #expect(try await rows(rig) == "[(7, 0)]", "the end leaves none")
        let calm = try self.store(rig, span: 1, most: 1_000)
        await calm.store(try puts(11...13), ticket: 1)
        await calm.store(try puts(14...14), ticket: 2)
        while try await rows(rig) != "[(11, 0)]" {}
        await calm.ended()
    }

    @Test func `what a storm leaves behind, the next start brings into the reports a part at a time`() async throws {
        let rig = try StoreRig()
        let hour: Int64 = 3_600_000_000
        let storm = try store(rig, span: hour, most: 1_000, part: 2)
        await storm.store(try puts(1...7), ticket: 1)
        await storm.ended()
        #expect(try await rows(rig) == "[(0, 7)]", "an end does not wait for more than a part")
        let next = try store(rig, span: hour, most: 1_000, part: 2)
        #expect(try next.all().count == 7)
        #expect(try await rows(rig) == "[(6, 1)]")
        await next.ended()
        #expect(try await rig.kept().count == 7)
    }

    @Test func `a start hands out all reports though it cannot bring changes into them`() async throws {
        let rig = try StoreRig()
        let hour: Int64 = 3_600_000_000
        let storm = try store(rig, span: hour, most: 1_000, part: 2)
        await storm.store(try puts(1...7), ticket: 1)
        await storm.ended()
        let next = try store(rig, span: hour, most: 4, part: 2)
        let holder = try await LockHolder(rig.path)
        #expect(try next.all().count == 7)
        #expect(next.outcomes.drain().compactMap(\.postponed).map(\.kind).first == .locked)
        await holder.release()
        while try await rows(rig) != "[(4, 3)]" {}  // without a change that comes
        await next.ended()
    }

    @Test func `what cannot be brought in is left alone for a while, whatever comes`() async throws {
        let rig = try StoreRig()
        let hour: Int64 = 3_600_000_000
        let storm = try store(rig, span: hour, most: 1_000, part: 2)
        await storm.store(try puts(1...7), ticket: 1)
        await storm.ended()
        let store = try store(rig, span: 1, most: 1_000, part: 7, pause: hour)
        let holder = try await LockHolder(rig.path)
        #expect(try store.all().count == 7)
        let outcomes = await store.outcomes { $0.postponed != nil }
        #expect(outcomes.compactMap(\.postponed).map(\.kind) == [.locked])
        await holder.release()
        await store.store(try puts(8...8), ticket: 1)
        await store.ended()
        #expect(try await rows(rig) == "[(0, 8)]")
    }

    @Test func `what comes while parts are brought in is stored before the next`() async throws {
        let rig = try StoreRig()
        let store = try store(rig, span: 3_600_000_000, most: 5, part: 1)
        let many = try (0..<10_000).map {
            StoreChange.put(try StoreRig.report("198.18.\($0 / 250).\($0 % 250)"))
        }
        await store.store(many, ticket: 1)
        await store.store(try puts(1...1), ticket: 2)
        await store.ended()
        let all = try await rig.sql("SELECT (SELECT count(*) FROM changes) > 5 FROM reports LIMIT 1")
        #expect(all == "[(1,)]", "neither waited for the last part, nor was none brought in")
        #expect(try await rig.kept().count == 10_001)
    }

    @Test func `where too many wait, parts are brought in until no more are left than may wait`() async throws {
        let rig = try StoreRig()
        let store = try store(rig, span: 3_600_000_000, most: 5, part: 1)
        await store.store(try puts(1...8), ticket: 1)
        while try await rows(rig) != "[(3, 5)]" {}
        await store.store(try puts(9...9), ticket: 2)
        while try await rows(rig) != "[(4, 5)]" {}
        await store.ended()
        #expect(try await rig.kept().count == 9)
    }

    @Test func `where changes cannot be brought into the reports, that is said, and nothing is lost`() async throws {
        let rig = try StoreRig()
        let store = try store(rig, span: 3_600_000_000)
        await store.store(try puts(1...4), ticket: 1)
        let holder = try await LockHolder(rig.path)
        await store.ended()
        #expect(store.outcomes.drain().compactMap(\.postponed).map(\.kind) == [.locked])
        await holder.release()
        #expect(try await rows(rig) == "[(0, 4)]")
        #expect(try await rig.kept().count == 4)
    }

    @Test func `a change that makes no sense is damage`() async throws {
        let rig = try StoreRig()
        let store = try store(rig, span: 3_600_000_000)
        await store.store(try puts(1...4), ticket: 1)
        try await rig.sql("UPDATE changes SET until = NULL WHERE id = 2")
        await store.store(try puts(5...6), ticket: 2)
        let outcomes = await store.outcomes { $0.restart != nil }
        #expect(outcomes.compactMap(\.restart).map(\.error.kind) == [.corrupt])
        await store.ended()
        #expect(try await rig.kept() == [])
    }

    @Test func `names that no report has any more make room`() async throws {
        let rig = try StoreRig()
        var database = try ReportDatabase(path: rig.path)
        try database.open()
        database.mostNames = 10
        for number in 1...60 {
            var changes = WaitingChanges()
            let report = try StoreRig.report("192.0.2.1", jail: "j\(number)", host: "h\(number)")
            changes.add([.put(report)], ticket: 1)
            if number > 1 {
                let old = try StoreRig.report("192.0.2.1", jail: "j\(number - 1)", host: "h\(number - 1)")
                changes.add([.forget(old.key)], ticket: 1)
            }
            try database.apply(changes)
            if number.isMultiple(of: 5) { try database.fold(1_000) }
        }
        try database.close()
        #expect(try await rig.kept() == [StoreRig.report("192.0.2.1", jail: "j60", host: "h60")])
        #expect(try await rig.sql("SELECT count(*) < 30 FROM jails") == "[(1,)]")
        #expect(try await rig.sql("SELECT count(*) < 30 FROM origins") == "[(1,)]")
    }

    @Test func `the log is written ahead, and each commit goes to the disk`() async throws {
        let rig = try StoreRig()
        var database = try ReportDatabase(path: rig.path)
        try database.open()
        #expect(try database.setting("journal_mode") == "wal")
        #expect(try database.setting("synchronous") == "2")
        #expect(try database.setting("user_version") == "\(Schema.steps.count)")
        try database.close()
        #expect(try FileManager.default.attributesOfItem(atPath: rig.path)[.posixPermissions] as? Int == 0o640)
    }
}

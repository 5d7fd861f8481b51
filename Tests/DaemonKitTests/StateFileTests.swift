import BanModel
import ClusterProtocol
import Foundation
import Testing

@testable import DaemonKit

@Suite struct StateFileTests {
    private let path = FileManager.default.temporaryDirectory.path + "/state-\(UUID().uuidString)"

    /// What one origin says of an address, again and again.
    private func reports(_ addresses: Range<Int>, version: BanModel.Version) throws -> [Report] {
        try addresses.map { number in
            Report(
                origin: Origin(host: try #require(Host("web1"))),
                subject: Subject(
                    try #require(Jail("sshd")), try Address("198.18.\(number / 256).\(number % 256)")),
                state: Report.State(version: version, isLifted: false, until: .seconds(1_000)))
        }
    }

    @Test func `a file of which all counts is not written anew, however long it grows`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var held: [Report] = []
        var file = try StateFile<Report>(path: path, records: &held)
        for start in stride(from: 0, to: 40_000, by: 1_000) {
            try file.append(reports(start..<start + 1_000, version: 1))
            let isLong = file.isLong(beside: start + 1_000)
            #expect(!isLong)
        }
        var again: [Report] = []
        let reopened = try StateFile<Report>(path: path, records: &again)
        let isLong = reopened.isLong(beside: 40_000)
        #expect(again.count == 40_000)
        #expect(!isLong)
    }

    @Test func `a file of which most is past is written anew, and not again at once`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var held: [Report] = []
        var file = try StateFile<Report>(path: path, records: &held)
        var version: BanModel.Version = 0
        while !file.isLong(beside: 1_000) {
            version += 1
            try #require(version < 100, "it grows for ever")
            try file.append(reports(0..<1_000, version: version))
        }
        #expect(version > 2)
        let reopened = try StateFile<Report>(path: path, records: &held)
        let isStillLong = reopened.isLong(beside: 1_000)
        #expect(isStillLong, "a restart forgets how much of it is past")
        try file.rewrite(reports(0..<1_000, version: version))
        try file.append(reports(0..<1, version: version + 1))
        let isLongAgain = file.isLong(beside: 1_000)
        #expect(!isLongAgain)
        var again: [Report] = []
        _ = try StateFile<Report>(path: path, records: &again)
        #expect(again.count == 1_001)
    }
}

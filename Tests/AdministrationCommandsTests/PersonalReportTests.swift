import BanModel
import Testing

@testable import AdministrationCommands

@Suite struct PersonalReportTests {
    private func personal(_ reports: [Report], at seconds: Int64 = 0) -> PersonalReport {
        let account = AddressAccount(
            epoch: 7, latest: 1, entries: reports.map { AddressAccount.Entry(sequence: 1, report: $0) }, obeyed: [])
        return PersonalReport(host: Host("web1")!, account: account, at: start + .seconds(seconds))
    }

    private let address = try! Address("203.0.113.7")
    private let manual = Jail("manual")!

    @Test func `a ban is this host's person's, with the hub's time as its version`() throws {
        let others = [try report("203.0.113.7", jail: "manual", host: "web2", source: .person, since: 99)]
        let ban = personal(others).ban(address, in: manual, until: start + .seconds(60))
        #expect(ban.origin == Origin(host: Host("web1")!, source: .person))
        #expect(ban.state == Report.State(version: start.microseconds, isLifted: false, until: start + .seconds(60)))
    }

    @Test func `a version is above the last one, whatever the clocks say, and the longest end is remembered`() throws {
        let known = try report("203.0.113.7", jail: "manual", source: .person, since: 500, until: 9_000)
        let ban = personal([known]).ban(address, in: manual, until: start + .seconds(60))
        #expect(ban.state.version == known.state.version + 1)
        #expect(ban.state.forget == start + .seconds(9_000))
        #expect(known.state.merged(with: ban.state) == ban.state)
        var last = known
        last.state.version = .latest
        #expect(personal([last]).ban(address, in: manual, until: start).state.version == .latest)
    }

    @Test func `what is withdrawn is what this host's person said of exactly this address and still counts`() throws {
        let reports = [
            try report("203.0.113.7", jail: "manual", source: .person), try report("203.0.113.7", source: .person),
            try report("203.0.113.7"), try report("203.0.113.7", jail: "x", host: "web2", source: .person),
            try report("203.0.113.0/24", source: .person),
            try report("203.0.113.7", jail: "y", source: .person, until: -1),
            try report("203.0.113.7", jail: "z", source: .person, lifted: true),
        ]
        let lifts = personal(reports).lifts(of: address, in: nil)
        #expect(lifts.map(\.subject.jail.name) == ["manual", "sshd"])
        #expect(lifts.allSatisfy { $0.state.isLifted && $0.state.version == start.microseconds + 1 })
        #expect(personal(reports).lifts(of: address, in: manual).map(\.subject.jail.name) == ["manual"])
        #expect(personal(reports).lifts(of: address, in: Jail("other")!) == [])
    }
}

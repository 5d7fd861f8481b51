import BanModel
import Testing

@testable import AdministrationCommands

@Suite struct AddressReportTests {
    private func account(_ reports: [(UInt64, Report)], obeyed: [(String, UInt64, UInt64)] = []) -> AddressAccount {
        AddressAccount(
            epoch: 7, latest: 20, entries: reports.map { AddressAccount.Entry(sequence: $0, report: $1) },
            obeyed: obeyed.map { AddressAccount.Obeyed(host: Host($0)!, epoch: $1, sequence: $2) })
    }

    private func shown(_ account: AddressAccount, _ address: String = "203.0.113.7") throws -> AddressReport {
        AddressReport(
            account, of: try Address(address), at: start + .seconds(10), maximumBantime: month, threshold: .full)
    }

    @Test func `who says what, since when and until when, and who has carried it out`() throws {
        let report = try shown(
            account(
                [
                    (12, try report("203.0.113.7", host: "web1")),
                    (11, try report("203.0.113.0/24", jail: "x", host: "web2", until: 3_600)),
                    (0, try report("203.0.113.7", host: "web3", source: .person, since: -60, lifted: true)),
                    (3, try report("203.0.113.7", host: "web4", since: -60, until: 5)),
                ],
                obeyed: [("web5", 7, 12), ("web6", 7, 11), ("web7", 6, 12), ("web8", 7, 21)]))
        #expect(
            report.text() == """
                203.0.113.7 is banned until 2027-01-15 08:10:00 UTC: confidence 100%.
                It is in 203.0.113.0/24, which is banned until 2027-01-15 09:00:00 UTC:
                confidence 100%.

                ADDRESS         JAIL  SAYS           SINCE (UTC)          UNTIL (UTC)
                203.0.113.7     sshd  web1 (log)     2027-01-15 08:00:00  2027-01-15 08:10:00
                203.0.113.0/24  x     web2 (log)     2027-01-15 08:00:00  2027-01-15 09:00:00
                203.0.113.7     sshd  web3 (person)  2027-01-15 07:59:00  lifted
                203.0.113.7     sshd  web4 (log)     2027-01-15 07:59:00  ended

                SUBSCRIBER  CARRIED OUT
                web5        yes
                web6        not yet
                web7        unknown
                web8        unknown
                """)
        #expect(report.banned.map(\.description) == ["203.0.113.7", "203.0.113.0/24"])
    }

    @Test func `for other programs`() throws {
        let report = try shown(account([(1, try report("203.0.113.7"))], obeyed: [("web2", 7, 0)]))
        #expect(
            report.document { "own/\($0)" }
                == #"{"address":"203.0.113.7","allowed":false,"banned":true,"confidence":100,"reports":[{"address":"203.0.113.7","jail":"sshd","#
                + #""lifted":false,"live":true,"origin":"own/web1","since":"2027-01-15T08:00:00.000Z","source":"log","#
                + #""until":"2027-01-15T08:10:00.000Z"}],"subscribers":[{"applied":"not yet","host":"web2"}],"#
                + #""until":"2027-01-15T08:10:00.000Z"}"#)
    }

    @Test func `what nobody knows, and what is no longer banned`() throws {
        #expect(try shown(account([])).text() == "Nothing is known of 203.0.113.7.")
        let lifted = try shown(account([(1, try report("203.0.113.7", lifted: true))]))
        #expect(lifted.conclusion == "203.0.113.7 is not banned.")
        #expect(lifted.banned == [])
        #expect(lifted.text().hasSuffix("No subscriber was heard since the hub started."))
        let network = try shown(account([(1, try report("203.0.113.0/24"))]))
        #expect(network.conclusion.hasPrefix("203.0.113.7 is not banned itself.\nIt is in 203.0.113.0/24, which is"))
    }

    @Test func `a decision ends when what is left does not reach the threshold`() throws {
        let address = try Address("203.0.113.7")
        let reports = [try report("203.0.113.7"), try report("203.0.113.7", host: "web2", until: 900)]
        let decision = try #require(Decision(address, reports, threshold: .full, at: start))
        #expect(decision.isBan)
        #expect(decision.until == start + .seconds(900))
        #expect(Decision(address, reports, threshold: .full, at: start + .seconds(900)) == nil)
    }
}

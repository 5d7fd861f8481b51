import BanModel
import Testing

@testable import AdministrationCommands

@Suite struct BanListTests {
    private func list(_ reports: [Report], at seconds: Int64 = 10) -> BanList {
        BanList(reports, at: start + .seconds(seconds), maximumBantime: month)
    }

    private func filtered(
        _ reports: [Report], jail: String? = nil, pending: Bool = false, threshold: Trust = .full, since: Int64? = nil
    ) -> [String] {
        list(reports)
            .filtered(
                jail: jail.flatMap { Jail($0) }, pending: pending, threshold: threshold,
                since: since.map { start + .seconds($0) }
            ).entries.map { "\($0.subject)" }
    }

    @Test func `an address is listed once a jail, with all who say so and the latest end`() throws {
        let list = list([
            try report("203.0.113.7", host: "web2", until: 3_600), try report("203.0.113.7", host: "web1"),
            try report("203.0.113.7", host: "web1", source: .person, until: 60),
            try report("203.0.113.0/24", jail: "x"),
            try report("2001:db8::1", jail: "x", until: nil),
        ])
        #expect(
            list.text() == """
                ADDRESS         JAIL  UNTIL (UTC)          CONFIDENCE  SAYS
                203.0.113.0/24  x     2027-01-15 08:10:00  100%        web1
                203.0.113.7     sshd  2027-01-15 09:00:00  100%        web1 web2
                2001:db8::1     x     2027-02-14 08:00:00  100%        web1
                """)
        #expect(
            list.document { "own/\($0)" }
                == #"[{"address":"203.0.113.0/24","confidence":100,"jail":"x","origins":["own/web1"],"until":"2027-01-15T08:10:00.000Z"},"#
                + #"{"address":"203.0.113.7","confidence":100,"jail":"sshd","origins":["own/web1","own/web2"],"until":"2027-01-15T09:00:00.000Z"},"#
                + #"{"address":"2001:db8::1","confidence":100,"jail":"x","origins":["own/web1"],"until":"2027-02-14T08:00:00.000Z"}]"#
        )
    }

    @Test func `what is lifted or over is not listed`() throws {
        #expect(list([try report("203.0.113.7", lifted: true), try report("203.0.113.8", until: 10)]).entries == [])
        #expect(list([try report("203.0.113.7", since: -40 * 86_400, until: nil)]).entries == [])
        #expect(list([]).document { "\($0)" } == "[]")
    }

    @Test func `a jail, a time and the threshold choose`() throws {
        let reports = [
            try report("203.0.113.7"), try report("203.0.113.8", jail: "nginx", since: 5),
            try report("203.0.113.7", jail: "nginx", since: -100),
        ]
        #expect(filtered(reports).count == 3)
        #expect(filtered(reports, jail: "nginx") == ["203.0.113.7 in nginx", "203.0.113.8 in nginx"])
        #expect(filtered(reports, since: 0) == ["203.0.113.7 in sshd", "203.0.113.8 in nginx"])
        #expect(filtered(reports, since: 6) == [])
        #expect(filtered(reports, pending: true) == [])
    }

    @Test func `a time is so long ago, or a date`() throws {
        #expect(try Moment("10m").timestamp(before: start) == start - .seconds(600))
        #expect(try Moment("2027-01-15T08:00:00Z").timestamp(before: start + .seconds(99)) == start)
        for text in ["", "-1", "yesterday", "10x", "2027-01-15"] {
            #expect(throws: (any Error).self) { try Moment(text) }
        }
    }
}

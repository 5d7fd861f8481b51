import Testing

@testable import AdministrationCommands

@Suite struct TableTests {
    @Test func `columns are as wide as what is in them, and no line ends in blanks`() {
        var table = Table([Table.Column("A"), .init("LONGER"), .init("C")])
        table.rows = [["one", "2", ""], ["x", "", "three"]]
        #expect(
            table.text == """
                A    LONGER  C
                one  2
                x            three
                """)
    }

    @Test func `what may be broken goes on in the next line, at blanks where there are any`() {
        var table = Table([Table.Column("ADDRESS", mayBreak: true), .init("UNTIL"), .init("SAYS", mayBreak: true)])
        table.rows = [
            ["2001:db8:1111:2222:3333:4444:5555:6666/127", "2026-11-21 09:11:24", "alpha beta gamma delta epsilon"],
            ["192.0.2.1", "2026-11-21 09:11:24", "x"],
        ]
        let lines = table.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(
            table.text == """
                ADDRESS                       UNTIL                SAYS
                2001:db8:1111:2222:3333:4444  2026-11-21 09:11:24  alpha beta gamma delta
                :5555:6666/127                                     epsilon
                192.0.2.1                     2026-11-21 09:11:24  x
                """)
    }

    @Test(arguments: [1, 8, 9, 40, 79, 80, 81, 253, 1_000])
    func `however long the names, the table fits a terminal and loses nothing`(length: Int) {
        var table = Table([
            Table.Column("ADDRESS", mayBreak: true), .init("JAIL", mayBreak: true), .init("UNTIL (UTC)"),
            .init("CONFIDENCE"), .init("SAYS", mayBreak: true),
        ])
        let name = String(repeating: "n", count: length)
        table.rows = [[name, name, "2026-11-21 09:11:24", "100%", "\(name) \(name)"]]
        let lines = table.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.dropFirst().reduce(0) { $0 + $1.filter { $0 == "n" }.count } == 4 * length)
    }
}

import BanModel
import ClusterProtocol
import Testing

@Suite struct StateRecordTests {
    static let subject = Subject(Jail("sshd")!, try! Address("2001:db8::/64"))
    static let monitor: [MonitorRecord] = [
        .live(HostClaim(.log, subject), Report.State(version: 12, isLifted: false, until: .seconds(99))),
        .live(HostClaim(.log, subject), Report.State(version: 12, isLifted: false, until: .forever)),
        .gone(HostClaim(.action, subject), 13),
        .live(HostClaim(.action, subject), Report.State(version: 12, isLifted: true, until: .forever)),
        .pardoned(HostClaim(.action, subject), Report.State(version: 12, isLifted: true, until: .forever)),
        .version(14),
        .position(LogPosition(device: 1, inode: .max, offset: 0, headLength: 256, headSum: .max, tailSum: 0)),
        .position(.journal(JournalCursor("s=0752157a;i=1;b=fcb7fa06;m=333bdc434;t=660c46d003c66;x=a3731ff7")!)),
    ]

    private func file(_ records: [some StateRecord]) -> [UInt8] { RecordLine.lines(of: records) }

    @Test func `what was written is read again`() {
        let monitor = Self.monitor
        #expect(MonitorRecord.read(file(monitor)).records == monitor)
        let ledger = LedgerRecord.Step.allCases.map { LedgerRecord(Self.subject, $0, at: .seconds(5)) }
        #expect(LedgerRecord.read(file(ledger)).records == ledger)
        let reports = [true, false].map { isLifted in
            Report(
                origin: Origin(host: Host("a")!, source: .person), subject: Self.subject,
                state: Report.State(version: 7, isLifted: isLifted, until: .forever))
        }
        #expect(Report.read(file(reports)).records == reports)
    }

    @Test func `the checksum is the CRC-32 that everybody has`() {
        #expect(file([MonitorRecord.version(1)]) == Array("7a8e8e98 version 1\n".utf8))
    }

    @Test func `a place in a file is written as it always was`() {
        let position = LogPosition(device: 1, inode: 2, offset: 3, headLength: 4, headSum: 5, tailSum: 6)
        #expect(
            String(decoding: file([MonitorRecord.position(position)]).dropFirst(9), as: UTF8.self)
                == "position 1 2 3 4 5 6\n")
    }

    @Test(arguments: [
        "cursor", "cursor s=1 i=2", "cursor s=1-", "cursor \(String(repeating: "s", count: 513))",
        "position 1 2 3 4 5", "position 1 2 3 4 5 6 7", "position 1 2 3 65536 5 6", "position 1 2 -3 4 5 6",
        "version", "version 1 2", "version  1", "version 9223372036854775808",
        "version 18446744073709551617", "version -9223372036854775809", "version +1", "log version",
        "live sshd 192.0.2.1 1",
        "live sshd 192.0.2.1 1 2 2", "live sshd 192.0.2.1 1 2 3 4",
        "gone sshd 1", "live sshd 192.0.2.1 1 later", "instance 1", " ",
    ])
    func `a line in another form is no record, and those behind it are read`(text: String) {
        let sum = String(RecordLine.checksum(Array(text.utf8)[...]), radix: 16)
        let line = Array("\(String(repeating: "0", count: 8 - sum.count))\(sum) \(text)\n".utf8)
        let (records, whole) = MonitorRecord.read(line + file([MonitorRecord.version(7)]))
        #expect(records == [.version(7)])
        #expect(whole == line.count + 19)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, Int64.max - 1])
    func `each moment is read as it was written`(microseconds: Int64) {
        let record = LedgerRecord(Self.subject, .held, at: Timestamp(microseconds: microseconds))
        #expect(LedgerRecord.read(file([record])).records == [record])
    }

    @Test func `a file that a crash cut anywhere is read up to its last whole line`() {
        let whole = file(Self.monitor)
        let ends = Self.monitor.indices.map { file(Array(Self.monitor[...$0])).count }
        for length in whole.indices {
            let (records, bytes) = MonitorRecord.read(Array(whole[..<length]))
            #expect(bytes == ends.last { $0 <= length } ?? 0)
            #expect(records == Array(Self.monitor.prefix(records.count)))
        }
    }

    @Test func `no altered byte goes unnoticed`() {
        let whole = file(Self.monitor)
        for index in whole.indices {
            var altered = whole
            altered[index] ^= 0x01
            #expect(MonitorRecord.read(altered).records != Self.monitor)
        }
    }
}

internal import BanModel
internal import ClusterProtocol

/// A state file: as it is, and with a right checksum before each of its lines.
enum StateRecordsTarget: FuzzTarget {
    static let name = "staterecords"

    static func run(_ bytes: [UInt8]) {
        let summed = lines(of: bytes).flatMap { line in
            let sum = String(RecordLine.checksum(line), radix: 16)
            return Array("\(String(repeating: "0", count: 8 - sum.utf8.count))\(sum) ".utf8) + line + [0x0A]
        }
        for file in [bytes, summed] {
            check(MonitorRecord.self, file)
            check(LedgerRecord.self, file)
            check(Report.self, file)
        }
    }

    private static func check<Record: StateRecord & Equatable>(_ type: Record.Type, _ file: [UInt8]) {
        let (records, whole) = Record.read(file)
        require(whole <= file.count, "\(whole) of \(file.count) bytes are whole")
        require(whole == 0 || file[whole - 1] == 0x0A, "a part of a line is whole")
        requireSame(Record.read(Array(file[..<whole])).records, as: records, "what is whole")
        let written = RecordLine.lines(of: records)
        let again = Record.read(written)
        requireSame(again.records, as: records, "\(type)")
        require(again.whole == written.count, "what was written is damaged: \(records)")
    }
}

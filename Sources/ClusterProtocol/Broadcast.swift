package import BanModel

/// What the hub tells everybody who speaks the new form: reports that are news, or none, as a sign of life
/// (docs/protocol.md).
///
///     <0x01>REPORTS EPOCH SEQUENCE
///     banned web1 log sshd 192.0.2.1 1800000000000000 1800000600000000
package struct Broadcast: Hashable, Sendable {
    /// What every broadcast of the new form begins with, and none of the old one.
    package static let mark: UInt8 = 0x01
    private static let head = "REPORTS"
    /// In bytes, and in reports: the longest of these fit.
    package static let longest = 1 << 18
    package static let mostReports = 500

    package var epoch: UInt64
    /// The hub's count of changes after the last one of these.
    package var sequence: UInt64
    package var reports: [Report]

    package init(epoch: UInt64, sequence: UInt64, reports: [Report]) {
        self.epoch = epoch
        self.sequence = sequence
        self.reports = reports
    }

    package var bytes: [UInt8] {
        var fields = FieldWriter()
        fields.append("\(Character(Unicode.Scalar(Self.mark)))\(Self.head) \(hexadecimal(epoch)) \(sequence)")
        fields.addLines(reports)
        return fields.bytes
    }

    package init(reading bytes: [UInt8]) throws(HubRefusal) {
        guard bytes.count <= Self.longest else { throw HubRefusal(.never, "a broadcast of \(bytes.count) bytes") }
        guard bytes.first == Self.mark else { throw HubRefusal(.never, "a broadcast of the old form") }
        var fields = FieldReader(bytes, from: 1)
        guard fields.word() == Self.head, let epoch = fields.hexadecimal(), let sequence = fields.unsigned(),
            fields.isAtEnd
        else { throw HubRefusal(.never, "a broadcast whose first line is not REPORTS EPOCH SEQUENCE") }
        guard let reports = fields.reports() else { throw HubRefusal(.never, "a line that is no report") }
        self.init(epoch: epoch, sequence: sequence, reports: reports)
    }
}

extension FieldWriter {
    /// Each behind a line feed.
    mutating func addLines(_ reports: [Report]) {
        for report in reports {
            endLine()
            report.write(to: &self)
        }
    }
}

extension FieldReader {
    /// Of all lines that are left; nil where one of them is no report.
    mutating func reports() -> [Report]? {
        var reports: [Report] = []
        while nextLine() {
            guard let report = Report(reading: &self) else { return nil }
            reports.append(report)
        }
        return reports
    }
}

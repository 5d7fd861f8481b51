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
        [Self.mark] + Array("\(Self.head) \(hexadecimal(epoch)) \(sequence)\(lines(of: reports))".utf8)
    }

    package init(reading bytes: [UInt8]) throws(HubRefusal) {
        guard bytes.count <= Self.longest else { throw HubRefusal(.never, "a broadcast of \(bytes.count) bytes") }
        guard bytes.first == Self.mark else { throw HubRefusal(.never, "a broadcast of the old form") }
        let lines = try Self.split(bytes.dropFirst())
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[0] == Self.head, let epoch = UInt64(words[1], radix: 16),
            let sequence = UInt64(words[2])
        else { throw HubRefusal(.never, "a broadcast whose first line is not REPORTS EPOCH SEQUENCE") }
        self.init(epoch: epoch, sequence: sequence, reports: try Report.read(lines.dropFirst()))
    }

    private static func split(_ bytes: ArraySlice<UInt8>) throws(HubRefusal) -> [Substring] {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw HubRefusal(.never, "not UTF-8") }
        return text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
    }
}

/// Each behind a line feed.
func lines(of reports: [Report]) -> String {
    reports.reduce(into: "") { $0 += "\n" + $1.fields.joined(separator: " ") }
}

extension Report {
    static func read(_ lines: ArraySlice<Substring>) throws(HubRefusal) -> [Report] {
        var reports: [Report] = []
        reports.reserveCapacity(lines.count)
        for line in lines {
            guard let report = Report(fields: line.split(separator: " ", omittingEmptySubsequences: false)) else {
                throw HubRefusal(.never, "a line that is no report")
            }
            reports.append(report)
        }
        return reports
    }
}

internal import BanModel

@testable internal import Fail2Ban

/// What journalctl prints, a line an entry.
enum JournalTarget: FuzzTarget {
    static let name = "journal"

    static func run(_ bytes: [UInt8]) {
        var parser = LogParser(clock: .utc, host: "web1")
        for line in lines(of: bytes) {
            do throws(JournalEntry.Malformed) {
                let entry = try JournalEntry(line)
                requireSame(JournalCursor(entry.cursor.text), as: entry.cursor, "a cursor")
                let parsed = parser.parse(entry, readAt: .seconds(1_800_000_000))
                switch parsed {
                case .unrelated: break
                case .refused(let reason): requirePlainReason(reason, "an entry of the journal")
                case .record: require(entry.isFromService && entry.process != nil, "\(parsed) of another service")
                }
            } catch {
                requirePlainReason(error.reason, "an entry of the journal")
            }
        }
    }
}

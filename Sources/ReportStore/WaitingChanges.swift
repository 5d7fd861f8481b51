internal import BanModel

/// Changes that are not on disk: those of reports in their order, of each note the newest one.
struct WaitingChanges: Sendable {
    enum Change: Sendable {
        case put(Report)
        case forget(ReportKey)

        var key: ReportKey {
            switch self {
            case .put(let report): report.key
            case .forget(let key): key
            }
        }
    }

    /// So many are not worth a look at those that later ones replace.
    static let fewReports = 10_000

    /// Of one report the last counts.
    private(set) var reports: [Change] = []
    private(set) var notes: [String: String?] = [:]
    /// The last that was given with any of them.
    private(set) var ticket: UInt64?
    /// So many wait before those are looked for that are replaced: where the disk takes nothing, they are no more than
    /// twice the reports that there are.
    private var mostReports = WaitingChanges.fewReports

    var isEmpty: Bool { reports.isEmpty && notes.isEmpty }

    mutating func add(_ changes: [StoreChange], ticket: UInt64) {
        reports.reserveCapacity(reports.count + changes.count)
        for change in changes {
            switch change {
            case .put(let report): reports.append(.put(report))
            case .forget(let key): reports.append(.forget(key))
            case .note(let name, let text): notes.updateValue(text, forKey: name)
            }
        }
        self.ticket = max(ticket, self.ticket ?? 0)
        dropReplaced()
    }

    /// What came after these.
    mutating func add(_ newer: WaitingChanges) {
        guard !isEmpty else {
            let ticket = newer.ticket ?? self.ticket
            self = newer
            self.ticket = ticket
            return
        }
        reports += newer.reports
        notes.merge(newer.notes) { $1 }
        ticket = newer.ticket ?? ticket
        dropReplaced()
    }

    private mutating func dropReplaced() {
        guard reports.count > mostReports else { return }
        var seen: Set<ReportKey> = []
        reports = reports.reversed().filter { seen.insert($0.key).inserted }.reversed()
        mostReports = max(Self.fewReports, 2 * reports.count)
    }
}

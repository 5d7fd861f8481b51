internal import BanModel

/// Changes that are not on disk: of each report and note the newest one, so that no more wait than there are of them.
struct WaitingChanges: Sendable {
    /// nil: to be forgotten.
    private(set) var reports: [ReportKey: Report.State?] = [:]
    private(set) var notes: [String: String?] = [:]
    /// The last that was given with any of them.
    private(set) var ticket: UInt64?

    var isEmpty: Bool { reports.isEmpty && notes.isEmpty }

    mutating func add(_ changes: [StoreChange], ticket: UInt64) {
        for change in changes {
            switch change {
            case .put(let report):
                reports.updateValue(report.state, forKey: report.key)
            case .forget(let key): reports.updateValue(nil, forKey: key)
            case .note(let name, let text): notes.updateValue(text, forKey: name)
            }
        }
        self.ticket = max(ticket, self.ticket ?? 0)
    }

    /// What came after these.
    mutating func add(_ newer: WaitingChanges) {
        reports.merge(newer.reports) { $1 }
        notes.merge(newer.notes) { $1 }
        ticket = newer.ticket ?? ticket
    }
}

internal import BanModel

/// What a subscriber itself has done on its host.
struct Ledger: Sendable {
    struct Entry: Hashable, Sendable {
        var step: LedgerRecord.Step
        /// Since when it may have been our doing.
        var since: Timestamp
        /// For whom it was banned: the last to vouch for it.
        var host: Host?
        /// Of what was yielded: who vouched for the ban then.
        var witnesses: Set<Host> = []
    }

    private(set) var entries: [Subject: Entry] = [:]
    /// What is over, for a monitor that lags.
    private(set) var past: [(subject: Subject, from: Timestamp, to: Timestamp)] = []
    /// How many of these there may be before the forgotten ones among them are looked for.
    private var pruneAt = 1_000

    subscript(placement: Subject) -> Entry? { entries[placement] }

    mutating func name(_ host: Host, for placement: Subject) { entries[placement]?.host = host }

    mutating func note(_ record: LedgerRecord) {
        switch record.step {
        case .intended, .held, .unclear, .foreign, .logged, .pardoned:
            var entry = entries[record.subject] ?? Entry(step: record.step, since: record.time)
            entry.step = record.step
            entries[record.subject] = entry
        case .yielded:
            end(record)
            entries[record.subject] = Entry(step: .yielded, since: record.time, witnesses: record.witnesses)
        case .released: end(record)
        }
    }

    private mutating func end(_ record: LedgerRecord) {
        guard let entry = entries.removeValue(forKey: record.subject) else { return }
        guard ![.foreign, .logged, .yielded, .pardoned].contains(entry.step) else { return }
        past.append((record.subject, entry.since, record.time))
        if past.count > pruneAt { prune(at: record.time) }
    }

    /// A monitor lags by no more than this: what ended earlier is forgotten.
    static let memory = Duration.seconds(7 * 86_400)

    /// What lies far ahead was noted by a clock that was wrong.
    private static func isKept(_ end: Timestamp, at now: Timestamp) -> Bool {
        end + memory > now && end < now + memory
    }

    private mutating func prune(at now: Timestamp) {
        past.removeAll { !Self.isKept($0.to, at: now) }
        pruneAt = max(1_000, 2 * past.count)
    }

    /// The file written anew.
    func snapshot(at now: Timestamp) -> [LedgerRecord] {
        let ended = past.filter { Self.isKept($0.to, at: now) }.flatMap {
            [
                LedgerRecord($0.subject, .intended, at: $0.from),
                LedgerRecord($0.subject, .released, at: $0.to),
            ]
        }
        let open = entries.sorted { $0.key < $1.key }.flatMap { (subject, entry) in
            switch entry.step {
            case .intended: [LedgerRecord(subject, .intended, at: entry.since)]
            case .pardoned: [LedgerRecord(subject, .pardoned, at: entry.since)]
            case .yielded: [LedgerRecord(subject, .yielded, at: entry.since, witnesses: entry.witnesses)]
            case .held, .foreign, .unclear, .logged, .released:
                [
                    LedgerRecord(subject, .intended, at: entry.since),
                    LedgerRecord(subject, entry.step, at: entry.since),
                ]
            }
        }
        return ended + open
    }
}

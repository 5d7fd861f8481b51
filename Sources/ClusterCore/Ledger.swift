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

    /// In which jail it is, and for whom it was banned; nil: nobody was named.
    private struct Owner: Hashable, Sendable {
        var jail: Jail
        var host: Host?
    }

    private var rows = AddressTable<LedgerRow>()
    private var owners = NumberedNames<Owner>()
    /// Of what was yielded: who vouched for the ban then.
    private var witnesses: [Subject: Set<Host>] = [:]
    /// What is over, for a monitor that lags.
    private(set) var past: [(subject: Subject, from: Timestamp, to: Timestamp)] = []
    /// How many of these there may be before the forgotten ones among them are looked for.
    private var pruneAt = 1_000

    subscript(placement: Subject) -> Entry? { place(of: placement).map { entry(rows[$0]) } }

    /// As the entry says it.
    func step(of placement: Subject) -> LedgerRecord.Step? { place(of: placement).map { rows[$0].step } }

    /// Everything that is not over, in no order.
    var entries: [(placement: Subject, entry: Entry)] {
        rows.rows.map { (Subject(owners[$0.row.owner].jail, $0.row.address), entry($0.row)) }
    }

    /// Those on what overlaps an address.
    func placements(overlapping address: Address) -> [Subject] {
        rows.addresses(overlapping: address).flatMap { address in
            var placements: [Subject] = []
            rows.search(address) { _, row in
                placements.append(Subject(owners[row.owner].jail, address))
                return false
            }
            return placements
        }
    }

    /// Those placements, in their order, in this step in this jail.
    func placements(in jail: Jail, _ step: LedgerRecord.Step) -> [Subject] {
        rows.rows.filter { $0.row.step == step && owners[$0.row.owner].jail == jail }
            .map { Subject(jail, $0.row.address) }.sorted()
    }

    /// Whether there is any in this step in this jail.
    func holds(_ step: LedgerRecord.Step, in jail: Jail) -> Bool {
        rows.rows.contains { $0.row.step == step && owners[$0.row.owner].jail == jail }
    }

    mutating func name(_ host: Host, for placement: Subject) {
        if let place = place(of: placement) { name(host, at: place) }
    }

    private mutating func name(_ host: Host, at place: AddressTable<LedgerRow>.Place) {
        let known = rows[place].owner
        guard owners[known].host != host else { return }
        rows[place].owner = owners.use(Owner(jail: owners[known].jail, host: host)).number
        owners.drop(known)
    }

    /// - Parameter host: for whom it is banned, where that is known.
    mutating func note(_ record: LedgerRecord, for host: Host? = nil) {
        switch record.step {
        case .intended, .held, .unclear, .foreign, .logged, .pardoned:
            if let place = place(of: record.subject) {
                if rows[place].step == .yielded { witnesses[record.subject] = nil }
                rows[place].step = record.step
                if let host { name(host, at: place) }
            } else {
                begin(record, for: host)
            }
        case .yielded:
            end(record)
            begin(record)
            witnesses[record.subject] = record.witnesses
        case .released: end(record)
        }
    }

    private mutating func begin(_ record: LedgerRecord, for host: Host? = nil) {
        let owner = owners.use(Owner(jail: record.subject.jail, host: host)).number
        _ = rows.insert(
            LedgerRow(address: record.subject.address, step: record.step, owner: owner, since: record.time))
    }

    private mutating func end(_ record: LedgerRecord) {
        guard let place = place(of: record.subject) else { return }
        let row = rows[place]
        rows.remove(place)
        owners.drop(row.owner)
        if row.step == .yielded { witnesses[record.subject] = nil }
        guard ![.foreign, .logged, .yielded, .pardoned].contains(row.step) else { return }
        past.append((record.subject, row.since, record.time))
        if past.count > pruneAt { prune(at: record.time) }
    }

    private func place(of placement: Subject) -> AddressTable<LedgerRow>.Place? {
        var found: AddressTable<LedgerRow>.Place?
        rows.search(placement.address) { place, row in
            guard owners[row.owner].jail == placement.jail else { return false }
            found = place
            return true
        }
        return found
    }

    private func entry(_ row: LedgerRow) -> Entry {
        let owner = owners[row.owner]
        var entry = Entry(step: row.step, since: row.since, host: owner.host)
        if row.step == .yielded { entry.witnesses = witnesses[Subject(owner.jail, row.address)] ?? [] }
        return entry
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

    /// How many records the file has at most that is written anew: two of each placement.
    var snapshotLength: Int { 2 * (rows.count + past.count) }

    /// The file written anew.
    func snapshot(at now: Timestamp) -> [LedgerRecord] {
        let ended = past.filter { Self.isKept($0.to, at: now) }.flatMap {
            [
                LedgerRecord($0.subject, .intended, at: $0.from),
                LedgerRecord($0.subject, .released, at: $0.to),
            ]
        }
        let open = entries.flatMap { (subject, entry) in
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

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

    private var rows = AddressTable<LedgerRow>()
    private var jails = NumberedNames<Jail>()
    private var hosts = NumberedNames<Host>()
    /// Of what was yielded: who vouched for the ban then.
    private var witnesses: [Subject: Set<Host>] = [:]
    /// What is over, for a monitor that lags.
    private(set) var past: [(subject: Subject, from: Timestamp, to: Timestamp)] = []
    /// How many of these there may be before the forgotten ones among them are looked for.
    private var pruneAt = 1_000

    subscript(placement: Subject) -> Entry? { place(of: placement).map { entry(rows[$0]) } }

    /// Everything that is not over, in no order.
    var entries: [(placement: Subject, entry: Entry)] {
        rows.rows.map { (Subject(jails[$0.row.jail], $0.row.address), entry($0.row)) }
    }

    /// Those on what overlaps an address.
    func placements(overlapping address: Address) -> [Subject] {
        rows.addresses(overlapping: address).flatMap { address in
            var placements: [Subject] = []
            rows.search(address) { _, row in
                placements.append(Subject(jails[row.jail], address))
                return false
            }
            return placements
        }
    }

    /// Those placements, in their order, in this step in this jail.
    func placements(in jail: Jail, _ step: LedgerRecord.Step) -> [Subject] {
        guard let number = jails.number(of: jail) else { return [] }
        return rows.rows.filter { $0.row.jail == number && $0.row.step == step }.map { Subject(jail, $0.row.address) }
            .sorted()
    }

    /// Whether there is any in this step in this jail.
    func holds(_ step: LedgerRecord.Step, in jail: Jail) -> Bool {
        guard let number = jails.number(of: jail) else { return false }
        return rows.rows.contains { $0.row.jail == number && $0.row.step == step }
    }

    mutating func name(_ host: Host, for placement: Subject) {
        guard let place = place(of: placement) else { return }
        if let known = rows[place].host {
            guard hosts[known] != host else { return }
            hosts.drop(known)
        }
        rows[place].host = hosts.use(host).number
    }

    mutating func note(_ record: LedgerRecord) {
        switch record.step {
        case .intended, .held, .unclear, .foreign, .logged, .pardoned:
            if let place = place(of: record.subject) {
                if rows[place].step == .yielded { witnesses[record.subject] = nil }
                rows[place].step = record.step
            } else {
                begin(record)
            }
        case .yielded:
            end(record)
            begin(record)
            witnesses[record.subject] = record.witnesses
        case .released: end(record)
        }
    }

    private mutating func begin(_ record: LedgerRecord) {
        let jail = jails.use(record.subject.jail).number
        _ = rows.insert(
            LedgerRow(address: record.subject.address, step: record.step, jail: jail, since: record.time, host: nil))
    }

    private mutating func end(_ record: LedgerRecord) {
        guard let place = place(of: record.subject) else { return }
        let row = rows[place]
        rows.remove(place)
        jails.drop(row.jail)
        if let host = row.host { hosts.drop(host) }
        if row.step == .yielded { witnesses[record.subject] = nil }
        guard ![.foreign, .logged, .yielded, .pardoned].contains(row.step) else { return }
        past.append((record.subject, row.since, record.time))
        if past.count > pruneAt { prune(at: record.time) }
    }

    private func place(of placement: Subject) -> AddressTable<LedgerRow>.Place? {
        guard let jail = jails.number(of: placement.jail) else { return nil }
        var found: AddressTable<LedgerRow>.Place?
        rows.search(placement.address) { place, row in
            guard row.jail == jail else { return false }
            found = place
            return true
        }
        return found
    }

    private func entry(_ row: LedgerRow) -> Entry {
        var entry = Entry(step: row.step, since: row.since, host: row.host.map { hosts[$0] })
        if row.step == .yielded { entry.witnesses = witnesses[Subject(jails[row.jail], row.address)] ?? [] }
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

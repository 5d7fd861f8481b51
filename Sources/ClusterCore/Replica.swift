internal import BanModel

/// A copy of the cluster's reports, and what it says of each placement.
///
/// A placement is where a subscriber would ban: with one jail for all, every report on an address is about the same
/// placement; with `targetjail = same` and in the log action, each jail has its own.
struct Replica: Sendable {
    /// nil: each report is placed in the jail that it names.
    private let jail: Jail?
    private(set) var table = ReportTable(maximumBantime: .seconds(30 * 86_400))

    init(placedIn jail: Jail?) { self.jail = jail }

    /// No report counts longer than this after its version's time.
    var maximumBantime: Duration { table.maximumBantime }

    var count: Int { table.count }

    /// Every report, in no order.
    var reports: KeptReports { table.reports }

    var placements: Set<Subject> { Set(table.reports.lazy.map { placement(of: $0.subject) }) }

    func placement(of subject: Subject) -> Subject { Subject(jail ?? subject.jail, subject.address) }

    /// Merges one report. Returns what is known then, where that is news.
    ///
    /// - Parameter now: nil: its end is not watched before ``watchAll(at:)``.
    mutating func merge(_ report: Report, at now: Timestamp?) -> Report? { table.merge(report, at: now) }

    /// How far a friend is trusted. Returns whether that is news.
    mutating func trust(_ level: FriendLevel) -> Bool {
        guard table.levels[level.friend] != level.trust else { return false }
        table.levels[level.friend] = level.trust
        return true
    }

    mutating func bound(by maximum: Duration, at now: Timestamp) { table.bound(by: maximum, at: now) }

    /// The copy was read, or a clock was set.
    mutating func watchAll(at now: Timestamp) { table.watchAll(at: now) }

    /// When something changes by time alone.
    var nextEnd: Timestamp? { table.nextEnd }

    /// The reports of which something has ended by then, the earliest first. Forgets what need not be remembered.
    mutating func takeEnded(by now: Timestamp) -> [ReportKey] {
        table.takeEnded(by: now).map { place in
            let report = table.report(at: place)
            if !isKept(report, at: now) { table.remove(at: place) }
            return report.key
        }
    }

    /// Why an address may not be banned though somebody reports it; nil where it may.
    func objection(against address: Address, at now: Timestamp) -> String? {
        table.allowlist.reason(against: address, at: now)
    }

    /// What is to be looked at anew after news of a subject: what is said of an address in one jail adds up with what is
    /// said in another.
    func placements(affectedBy subject: Subject) -> [Subject] {
        guard jail == nil, !table.isAllSure else { return [placement(of: subject)] }
        return Set(table.claims(on: subject.address).map { Subject($0.jail, subject.address) })
            .union([subject]).sorted()
    }

    /// The placements of all reports on what overlaps an address.
    func placements(overlapping address: Address) -> Set<Subject> {
        var placements: Set<Subject> = []
        for address in table.addresses(overlapping: address) {
            table.search(address) { _, claim in
                placements.insert(placement(of: Subject(claim.jail, address)))
                return false
            }
        }
        return placements
    }

    /// Forgets every report that is not to be kept.
    mutating func keep(where isKept: (Report) -> Bool) {
        let forgotten = table.allRows.filter { !isKept(table.report(of: $0.row, at: $0.place)) }.map(\.place)
        for place in forgotten { table.remove(at: place) }
    }

    /// Whether it counts, or keeps an older version from counting.
    func isKept(_ report: Report, at now: Timestamp) -> Bool {
        report.bounded(by: maximumBantime).state.isKept(at: now)
    }

    /// Until when this placement is to be banned, and who says so for longest; nil where the confidence does not reach the
    /// threshold.
    func longest(
        _ placement: Subject, reaching threshold: Trust, at now: Timestamp, by filter: WordFilter
    ) -> (host: Host, until: Timestamp)? {
        var longest: (origin: Origin, until: Timestamp)?
        var isSure = true
        forEachLive(placement, at: now, by: filter) { claim, until in
            isSure = isSure && claim.isSure
            // Of two, the first by name.
            if let other = longest {
                guard until > other.until || until == other.until && claim.origin.voice < other.origin.voice else {
                    return false
                }
            }
            longest = (claim.origin, until)
            return false
        }
        guard let longest else { return nil }
        guard !isSure else { return (longest.origin.voice, longest.until) }
        let address = placement.address
        let end = table.end(of: address, reaching: threshold, at: now) { filter.counts($0, on: address) }
        return end.map { (longest.origin.voice, min(longest.until, $0)) }
    }

    /// Whether this placement is to be banned.
    func isBan(
        _ placement: Subject, reaching threshold: Trust, at now: Timestamp, by filter: WordFilter
    ) -> Bool {
        var (isBan, isSure) = (false, false)
        forEachLive(placement, at: now, by: filter) { claim, _ in
            isBan = true
            isSure = claim.isSure
            return isSure
        }
        guard isBan, !isSure else { return isBan }
        return longest(placement, reaching: threshold, at: now, by: filter) != nil
    }

    /// Who vouches for a ban of this placement.
    func witnesses(_ placement: Subject, at now: Timestamp, by filter: WordFilter) -> Set<Host> {
        var witnesses: Set<Host> = []
        forEachLive(placement, at: now, by: filter) { claim, _ in
            witnesses.insert(claim.origin.witnessName)
            return false
        }
        return witnesses
    }

    /// The first, by name, of those that have said something of this placement.
    func host(behind placement: Subject) -> Host? {
        var first: Host?
        table.search(placement.address) { _, claim in
            if claim.origin.source != .allow, isPlaced(claim, at: placement) {
                first = min(first ?? claim.origin.voice, claim.origin.voice)
            }
            return false
        }
        return first
    }

    @inline(__always)
    private func forEachLive(
        _ placement: Subject, at now: Timestamp, by filter: WordFilter,
        _ isEnough: (ReportTable.Claim, Timestamp) -> Bool
    ) {
        table.search(placement.address) { _, claim in
            guard isPlaced(claim, at: placement) else { return false }
            let state = claim.state.bounded(by: maximumBantime)
            guard state.isLive(at: now), filter.counts(claim, on: placement.address) else { return false }
            return isEnough(claim, state.until)
        }
    }

    private func isPlaced(_ claim: ReportTable.Claim, at placement: Subject) -> Bool {
        jail != nil || claim.jail == placement.jail
    }
}

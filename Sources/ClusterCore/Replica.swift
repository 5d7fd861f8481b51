internal import BanModel

/// A copy of the cluster's reports, and what it says of each placement.
///
/// A placement is where a subscriber would ban: with one jail for all, every report on an address is about the same
/// placement; with `targetjail = same` and in the log action, each jail has its own.
struct Replica: Sendable {
    /// nil: each report is placed in the jail that it names.
    private let jail: Jail?
    private(set) var table = ReportTable()
    /// No report counts longer than this after its version's time.
    var maximumBantime = Duration.seconds(30 * 86_400)

    init(placedIn jail: Jail?) { self.jail = jail }

    var count: Int { table.count }

    /// Every report, in no order.
    var reports: KeptReports { table.reports }

    var placements: Set<Subject> { Set(table.reports.lazy.map { placement(of: $0.subject) }) }

    func placement(of subject: Subject) -> Subject { Subject(jail ?? subject.jail, subject.address) }

    /// Merges one report. Returns what is known then, where that is news.
    mutating func merge(_ report: Report) -> Report.State? { table.merge(report) }

    /// Forgets what need not be remembered any more. Returns when something of the rest changes by time alone.
    mutating func expire(_ placement: Subject, at now: Timestamp) -> Timestamp? {
        var next: Timestamp?
        for claim in claims(on: placement) {
            let state = claim.state.bounded(by: maximumBantime)
            if state.isKept(at: now) {
                next = min(next ?? .forever, state.isLive(at: now) ? state.until : state.forget)
            } else {
                table[ReportKey(claim.origin, Subject(claim.jail, placement.address))] = nil
            }
        }
        return next
    }

    /// Forgets every report that is not to be kept.
    mutating func keep(where isKept: (Report) -> Bool) {
        for report in table.reports.filter({ !isKept($0) }) {
            table[report.key] = nil
        }
    }

    /// Whether it counts, or keeps an older version from counting.
    func isKept(_ state: Report.State, at now: Timestamp) -> Bool {
        state.bounded(by: maximumBantime).isKept(at: now)
    }

    /// Who vouches for a ban of this placement, and until when; the one that does so longest.
    func longest(_ placement: Subject, at now: Timestamp, where counts: (Origin, Subject) -> Bool) -> (
        host: Host, until: Timestamp
    )? {
        var longest: (host: Host, until: Timestamp)?
        for claim in claims(on: placement) {
            let state = claim.state.bounded(by: maximumBantime)
            guard state.isLive(at: now), counts(claim.origin, Subject(claim.jail, placement.address)) else { continue }
            let (host, until) = (claim.origin.host, state.until)
            // Of two, the first by name.
            if let other = longest, (until, other.host) <= (other.until, host) { continue }
            longest = (host, until)
        }
        return longest
    }

    /// Who vouches for a ban of this placement.
    func witnesses(_ placement: Subject, at now: Timestamp, where counts: (Origin, Subject) -> Bool) -> Set<Host> {
        let live = claims(on: placement).filter {
            $0.state.bounded(by: maximumBantime).isLive(at: now)
                && counts($0.origin, Subject($0.jail, placement.address))
        }
        return Set(live.map(\.origin.host))
    }

    /// The first, by name, of those that have said something of this placement.
    func host(behind placement: Subject) -> Host? { claims(on: placement).map(\.origin.host).min() }

    private func claims(on placement: Subject) -> [ReportTable.Claim] {
        let all = table.claims(on: placement.address)
        return jail == nil ? all.filter { $0.jail == placement.jail } : all
    }
}

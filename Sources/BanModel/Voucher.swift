/// Something that is said of an address, and until when it counts.
public struct Voucher: Hashable, Sendable {
    public var testimony: Testimony
    public var until: Timestamp

    /// What counts now of the reports on an address.
    ///
    /// Of one report that came through several friends, the greatest state says whether any of them counts.
    ///
    /// - Parameters:
    ///   - reports: all on this address, each as readers count it, lifted ones too.
    ///   - levels: how far each friend is trusted; whoever is not among them is not trusted at all.
    public static func all(
        of reports: [Report], levels: [Cluster: Trust], at now: Timestamp
    ) -> [Voucher] {
        var greatest: [ReportKey: Report.State] = [:]
        for report in reports where report.origin.foreign != nil {
            let known = greatest[report.toldKey] ?? report.state
            greatest[report.toldKey] = max(known, report.state)
        }
        return reports.compactMap { report in
            guard report.origin.source != .allow, report.state.isLive(at: now) else { return nil }
            let testimony = Testimony(report.origin, report.way, levels: levels)
            guard let last = report.origin.foreign.flatMap({ _ in greatest[report.toldKey] }) else {
                return Voucher(testimony: testimony, until: report.state.until)
            }
            guard last.isLive(at: now) else { return nil }
            return Voucher(testimony: testimony, until: min(report.state.until, last.until))
        }
    }

    /// Until when their confidence is at or above a threshold; nil where it is not now.
    ///
    /// All of them count now, and none begins later, so it only falls: its end is that of the first, by how long they last,
    /// with which those that last as long are enough.
    public static func end(of vouchers: [Voucher], reaching threshold: Trust) -> Timestamp? {
        let sorted = vouchers.sorted { $0.until > $1.until }
        var lasting = Confidence()
        for voucher in sorted {
            lasting.add(voucher.testimony)
            if lasting.trust >= threshold { return voucher.until }
        }
        return nil
    }
}

extension Report {
    /// What it is, whoever told us.
    fileprivate var toldKey: ReportKey {
        var key = key
        if let cluster = key.origin.foreign?.cluster { key.origin.foreign?.friend = cluster }
        return key
    }
}

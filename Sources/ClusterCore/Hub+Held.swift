public import BanModel

/// What a monitor is told of its own host's reports, where it does not know them all.
extension Hub {
    /// A piece of what the hub holds of this host's log and action, a monitor's own words.
    ///
    /// All pieces together look at each report of the hub once: there is no index by host, since this is asked for only
    /// where the digests differ.
    public mutating func held(
        of host: Host, _ instance: Instance, token: String?, _ question: HeldQuestion, atMost count: Int,
        at now: Timestamp
    ) -> Result<HeldAnswer, HubRefusal> {
        if let refusal = refusal(of: token) ?? admit(instance, as: host, at: now) { return .failure(refusal) }
        return .success(reports(of: host, after: question.after, atMost: count))
    }

    /// Bucket by bucket, in each in the order of their keys.
    func reports(of host: Host, after claim: HostClaim?, atMost count: Int) -> HeldAnswer {
        let origins = Origin.Source.ofMonitor.map { Origin(host: host, source: $0) }
        let total = origins.reduce(0) { $0 + table.summary(of: $1).count }
        let last = claim.map { ReportKey(Origin(host: host, source: $0.source), $0.subject) }
        let first = last.map { ReportBuckets.index(of: $0.subject.address) } ?? 0
        var found: [Report] = []
        let isFromBeginning = claim == nil
        for bucket in first..<ReportBuckets.count {
            // Without a claim to go on from, what was found is all that was seen: the rest need not be looked at.
            if isFromBeginning, found.count == total { break }
            guard table.holds(bucket) else { continue }
            for report in table.reports(of: origins, in: bucket) {
                if let last, bucket == first, report.key <= last { continue }
                if found.count == count { return HeldAnswer(reports: found, isAll: false) }
                found.append(report)
            }
        }
        return HeldAnswer(reports: found, isAll: true)
    }

    /// What the hub knows of a host, by a monitor's sources together.
    func summary(of host: Host) -> (version: Version, digest: ReportDigest) {
        Origin.Source.ofMonitor.reduce(into: (0, ReportDigest())) { sum, source in
            let part = table.summary(of: Origin(host: host, source: source))
            sum.version = max(sum.version, part.version)
            sum.digest.add(part.digest)
        }
    }
}

public import BanModel

/// What those are told who keep a copy of the hub's reports.
extension Hub {
    /// - Parameter count: so many reports at most, in one answer.
    public func answer(_ question: CopyQuestion, atMost count: Int) -> CopyAnswer<Report> {
        answer(question, atMost: count, table.buckets).map { copied($0) }
    }

    /// As copies are told: who keeps one tells nobody.
    public func copied(_ reports: some Collection<Report>) -> [Report] {
        table.isAllSure ? Array(reports) : reports.map(\.copied)
    }

    /// To a twin: with all that is known of the ways that reports came.
    public func wholeAnswer(_ question: CopyQuestion, atMost count: Int) -> CopyAnswer<Report> {
        answer(question, atMost: count, table.twinBuckets)
    }

    /// - Parameter buckets: as the asker compares them.
    private func answer(
        _ question: CopyQuestion, atMost count: Int, _ buckets: @autoclosure () -> ReportBuckets
    ) -> CopyAnswer<Report> {
        switch question {
        case .since(let epoch, let sequence):
            changes(since: epoch, sequence, atMost: count)
                ?? .buckets(epoch: self.epoch, sequence: self.sequence, buckets())
        case .fetch(let buckets, let key): fetch(buckets, after: key, atMost: count)
        }
    }

    /// nil where the hub does not know what has changed since.
    private func changes(since epoch: UInt64, _ sequence: UInt64, atMost count: Int) -> CopyAnswer<Report>? {
        guard epoch == self.epoch, sequence <= self.sequence, self.sequence - sequence <= UInt64(recent.count) else {
            return nil
        }
        let missed = recent.suffix(Int(self.sequence - sequence)).prefix(count)
        var seen: Set<ReportKey> = []
        // What is forgotten since then, nobody needs to hear.
        let reports = missed.compactMap { key in
            seen.insert(key).inserted ? table[key] : nil
        }
        return .changes(
            epoch: epoch, sequence: sequence + UInt64(missed.count), latest: self.sequence, reports)
    }

    private func fetch(_ buckets: [Int], after key: ReportKey?, atMost count: Int) -> CopyAnswer<Report> {
        var fetched: [Report] = []
        for (index, bucket) in buckets.enumerated() {
            var reports = table.reports(in: bucket)
            if index == 0, let key { reports.removeAll { $0.key <= key } }
            let part = reports.prefix(count - fetched.count)
            guard part.count == reports.count else {
                return .fetched(whole: index, after: part.last?.key, fetched + part)
            }
            fetched += reports
        }
        return .fetched(whole: buckets.count, after: nil, fetched)
    }
}

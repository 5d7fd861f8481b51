package import BanModel

/// What hubs of other clusters tell this one, and hear of it.
extension Hub {
    /// Further ahead of our clock nothing is believed to have been made.
    private static let ahead = Duration.seconds(2 * 86_400)

    /// What a friend has told: what would be news, if its signature is right, and why the rest is not taken. What is known
    /// already is neither.
    ///
    /// Signatures cost more than all else, so only those of news are worth a look.
    package func sort(
        _ reports: [SharedReport], from friend: Cluster, at now: Timestamp
    ) -> (news: [SharedReport], refused: [FriendRefusal: Int]) {
        var news: [SharedReport] = []
        var refused: [FriendRefusal: Int] = [:]
        for report in reports {
            if let refusal = refusal(of: report, from: friend, at: now) {
                refused[refusal, default: 0] += 1
            } else if isNews(report.report(from: friend), at: now) {
                news.append(report)
            }
        }
        return (news, refused)
    }

    private func refusal(of report: SharedReport, from friend: Cluster, at now: Timestamp) -> FriendRefusal? {
        let hops = report.way.hops
        if report.cluster == settings.cluster || hops.contains(where: { $0 == settings.cluster }) { return .isOurs }
        if hops.count > Way.mostHops { return .tooFar }
        if hops.last != friend || hops.first != report.cluster || Set(hops).count < hops.count { return .wrongWay }
        if report.source == .allow { return .allowance }
        if Timestamp(microseconds: report.state.version) > believed(now) + Self.ahead { return .future }
        if !report.state.isLifted, reason(against: report.subject.address) != nil { return .neverBanned }
        return nil
    }

    private func isNews(_ report: Report, at now: Timestamp) -> Bool {
        let known = table[report.key]
        let merged = known?.merged(with: report) ?? report
        return merged != known && isKept(merged, at: believed(now))
    }

    /// What a friend has told, as far as ``sort(_:from:at:)`` found it to be news, with signatures that are right.
    package mutating func take(
        _ reports: [SharedReport], from friend: Cluster, at now: Timestamp
    ) -> (outcome: Outcome, refused: [FriendRefusal: Int]) {
        look(at: now)
        var outcome = Outcome()
        var refused: [FriendRefusal: Int] = [:]
        for shared in reports {
            let report = shared.report(from: friend)
            if merge(report, into: &outcome, at: now) != nil {
                refused[.tooMany, default: 0] += 1
            } else {
                outcome.broadcasts += tell(report, at: believed(now))
            }
        }
        return (outcome, refused)
    }

    /// As friends are told of these reports: each once, by the best of the ways that it came here. Our own are yet to be
    /// signed.
    ///
    /// - Parameter reports: by which friend somebody else's came does not matter.
    package func shared(_ reports: some Sequence<Report>) -> [SharedReport] {
        guard let own = settings.cluster else { return [] }
        var seen: Set<ReportKey> = []
        return reports.compactMap { report in
            var key = report.key
            key.origin.foreign?.friend = own
            guard seen.insert(key).inserted else { return nil }
            return report.origin.foreign == nil ? ours(report, own) : somebodyElses(report, own)
        }
    }

    private func ours(_ report: Report, _ own: Cluster) -> SharedReport? {
        guard report.origin.source != .allow else { return nil }
        var state = report.state
        state.isPardoned = false
        return SharedReport(
            cluster: own, host: report.origin.host, source: report.origin.source, subject: report.subject, state: state,
            way: Way(trust: report.way?.trust ?? .full, hops: [own]), signature: nil)
    }

    private func somebodyElses(_ report: Report, _ own: Cluster) -> SharedReport? {
        guard let cluster = report.origin.foreign?.cluster else { return nil }
        var best: (report: Report, way: Way)?
        table.search(report.subject.address) { place, claim in
            guard let foreign = claim.origin.foreign, foreign.cluster == cluster, claim.jail == report.subject.jail,
                claim.origin.host == report.origin.host, claim.origin.source == report.origin.source,
                let way = claim.way
            else { return false }
            let trust = way.trust.through(settings.levels[foreign.friend] ?? .none)
            let passed = Way(trust: trust, hops: way.hops + [own])
            if let known = best {
                let isGreater = known.report.state < claim.state
                let isBetter = !(claim.state < known.report.state) && known.way < passed
                guard isGreater || isBetter else { return false }
            }
            best = (table.report(at: place), passed)
            return false
        }
        // What an administrator of ours has lifted nobody has signed.
        guard let best, let signature = best.report.signature, best.way.hops.count <= Way.mostHops else { return nil }
        return SharedReport(
            cluster: cluster, host: report.origin.host, source: report.origin.source, subject: report.subject,
            state: best.report.state, way: best.way, signature: signature)
    }

    // MARK: Copies that friends make of what they are told

    /// As ``answer(_:atMost:)``, for a friend.
    package func answerFriend(_ question: CopyQuestion, atMost count: Int) -> CopyAnswer<SharedReport> {
        switch wholeAnswer(question, atMost: count) {
        case .changes(let epoch, let sequence, let latest, let reports):
            .changes(epoch: epoch, sequence: sequence, latest: latest, shared(reports))
        case .buckets(let epoch, let sequence, let buckets):
            .buckets(epoch: epoch, sequence: sequence, buckets)
        case .fetched(let whole, let key, let reports):
            .fetched(whole: whole, after: key, shared(reports))
        }
    }

    // MARK: Twins

    /// Digests of all that this hub keeps.
    package var buckets: ReportBuckets { table.buckets }

    /// What another hub of this cluster has told: everything as it entered the cluster.
    package mutating func take(
        fromTwin reports: [Report], at now: Timestamp
    ) -> (outcome: Outcome, refused: [FriendRefusal: Int]) {
        look(at: now)
        var outcome = Outcome()
        var refused: [FriendRefusal: Int] = [:]
        for report in reports {
            let count = outcome.news.count
            if merge(report, into: &outcome, at: now) != nil {
                let isExempt = !report.state.isLifted && reason(against: report.subject.address) != nil
                refused[isExempt ? .neverBanned : .tooMany, default: 0] += 1
            } else if outcome.news.count > count {
                outcome.broadcasts +=
                    report.origin.source == .allow
                    ? retellOverlapping(report.subject.address, at: believed(now)) : tell(report, at: believed(now))
            }
        }
        return (outcome, refused)
    }

    /// How far this hub trusts its own friends, not a twin's.
    package var ownLevels: [Cluster: Trust] { settings.levels }

    /// Those that have said whom they trust.
    package var twins: Set<Host> { Set(adopted.keys) }

    /// How far a twin trusts its friends, all of them. Who is not this hub's own friend is trusted as far here too.
    ///
    /// - Returns: what changes by it; nil where it is no news.
    package mutating func adopt(_ levels: [Cluster: Trust], from twin: Host, at now: Timestamp) -> Outcome? {
        guard adopted[twin] ?? [:] != levels else { return nil }
        adopted[twin] = levels.isEmpty ? nil : levels
        return reconfigure(settings, at: now)
    }
}

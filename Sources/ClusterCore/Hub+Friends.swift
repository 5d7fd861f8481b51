public import BanModel

/// What hubs of other clusters tell this one, and hear of it.
extension Hub {
    /// Further ahead of our clock nothing is believed to have been made.
    private static let ahead = Duration.seconds(2 * 86_400)

    /// What a friend has told: what would be news, if its signature is right, and why the rest is not taken. What is known
    /// already is neither.
    ///
    /// Signatures cost more than all else, so only those of news are worth a look.
    public func sort(
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
    public mutating func take(
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

    /// As friends are told of these reports: each by the best of the ways that it came here, and where friends are on that
    /// way themselves, who would not take it, also by the best that leaves them out. Our own are yet to be signed.
    ///
    /// - Parameter reports: by which friend somebody else's came does not matter.
    public func shared(_ reports: some Sequence<Report>) -> [SharedReport] {
        guard let own = settings.cluster else { return [] }
        var seen: Set<ReportKey> = []
        var shared: [SharedReport] = []
        for report in reports {
            var key = report.key
            key.origin.foreign?.friend = own
            guard seen.insert(key).inserted else { continue }
            if let foreign = report.origin.foreign {
                shared += somebodyElses(report, foreign.cluster, own)
            } else if report.origin.source != .allow {
                shared.append(ours(report, own))
            }
        }
        return shared
    }

    private func ours(_ report: Report, _ own: Cluster) -> SharedReport {
        var state = report.state
        state.isPardoned = false
        return SharedReport(
            cluster: own, host: report.origin.host, source: report.origin.source, subject: report.subject, state: state,
            way: Way(trust: report.way?.trust ?? .full, hops: [own]), signature: nil)
    }

    private func somebodyElses(_ report: Report, _ cluster: Cluster, _ own: Cluster) -> [SharedReport] {
        var ways: [(place: ReportTable.Place, state: Report.State, way: Way)] = []
        table.search(report.subject.address) { place, claim in
            guard let foreign = claim.origin.foreign, foreign.cluster == cluster, claim.jail == report.subject.jail,
                claim.origin.host == report.origin.host, claim.origin.source == report.origin.source,
                let way = claim.way
            else { return false }
            let trust = way.trust.through(table.levels[foreign.friend] ?? .none)
            ways.append((place, claim.state, Way(trust: trust, hops: way.hops + [own])))
            return false
        }
        guard let last = ways.map(\.state).max() else { return [] }
        let known = ways.filter { !($0.state < last) && $0.way.hops.count <= Way.mostHops }.sorted { $1.way < $0.way }
        guard let best = known.first else { return [] }
        var told = [best]
        for friend in best.way.hops.dropFirst() where settings.levels[friend] != nil {
            guard let other = known.first(where: { !$0.way.hops.contains(friend) }) else { continue }
            if !told.contains(where: { $0.place == other.place }) { told.append(other) }
        }
        return told.compactMap { place, state, way in
            // What an administrator of ours has lifted nobody has signed.
            guard let signature = table.report(at: place).signature else { return nil }
            return SharedReport(
                cluster: cluster, host: report.origin.host, source: report.origin.source, subject: report.subject,
                state: state, way: way, signature: signature)
        }
    }

    // MARK: Copies that friends make of what they are told

    /// As ``answer(_:atMost:)``, for a friend.
    public func answerFriend(_ question: CopyQuestion, atMost count: Int) -> CopyAnswer<SharedReport> {
        var part = count
        while true {
            let answer = wholeAnswer(question, atMost: part).map { shared($0) }
            // A report that is told by several ways takes the room of several.
            if answer.entries.count <= count || part == 1 { return answer }
            part /= 2
        }
    }

    // MARK: Twins

    /// Digests of all that this hub keeps, as twins compare them.
    public var twinBuckets: ReportBuckets { table.twinBuckets }

    /// What another hub of this cluster has told: everything as it entered the cluster.
    public mutating func take(
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
    public var ownLevels: [Cluster: Trust] { settings.levels }

    /// As it last said.
    public func levels(of twin: Host) -> [Cluster: Trust] { adopted[twin] ?? [:] }

    /// Those that have said whom they trust.
    public var twins: Set<Host> { Set(adopted.keys) }

    /// How far a twin trusts its friends, all of them. Who is not this hub's own friend is trusted as far here too.
    ///
    /// - Returns: what changes by it; nil where it is no news.
    public mutating func adopt(_ levels: [Cluster: Trust], from twin: Host, at now: Timestamp) -> Outcome? {
        guard adopted[twin] ?? [:] != levels else { return nil }
        adopted[twin] = levels.isEmpty ? nil : levels
        return reconfigure(settings, at: now)
    }
}

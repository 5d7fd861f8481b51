public import BanModel

/// What an administrator asks.
extension Hub {
    /// Heard within this time, a peer is there: a subscriber answers each beacon, and one comes every 30 s at least.
    static let presence = Duration.seconds(90)
    /// So many reports on one address are told at most.
    static let account = 1_000

    /// A subscriber says how far it is.
    public mutating func note(_ progress: CopyProgress, from host: Host, at now: Timestamp) {
        subscribers.note(host, progress, at: now)
    }

    /// - Parameters:
    ///   - store: what is to be said of the database.
    ///   - friends: how they are.
    public func status(store: String, friends: [FriendStatus] = [], at now: Timestamp) -> HubStatus {
        HubStatus(
            epoch: epoch, sequence: sequence, reports: count, bans: toldAddresses, time: now, store: store,
            monitors: monitorsHeard.remembered(at: now).map { host, sighting in
                // It has nothing to say when nothing happens: that it was silent for long does not mean that it is gone.
                PeerStatus(
                    host: host, isConnected: isRecent(sighting.seen, at: now) ? true : nil, lag: nil,
                    seen: sighting.seen)
            },
            subscribers: subscribers.remembered(at: now).map { host, sighting in
                let progress = sighting.word
                let isKnown = progress.epoch == epoch && progress.obeyed <= sequence
                return PeerStatus(
                    host: host, isConnected: isRecent(sighting.seen, at: now),
                    lag: isKnown ? sequence - progress.obeyed : nil, seen: sighting.seen, progress: progress)
            }, friends: friends)
    }

    /// All that is known of an address, and of the networks that contain it.
    ///
    /// - Parameter host: who asks. What it has said itself comes first, and is not left out: its next version follows that.
    public func account(of address: Address, for host: Host, at now: Timestamp) -> AddressAccount {
        let claims = Set(address.coverings).union(table.allowlist.covering(address)).sorted().flatMap { covering in
            table.claims(on: covering).map {
                Report(origin: $0.origin, subject: Subject($0.jail, covering), state: $0.state, way: $0.way)
            }
        }
        let believed = believed(now)
        // Then what counts, and of that the latest.
        func rank(_ report: Report) -> (Int, Int, Version, ReportKey) {
            (
                report.origin.isOwn(host) ? 0 : 1,
                report.bounded(by: settings.maximumBantime).state.isLive(at: believed) ? 0 : 1, -report.state.version,
                report.key
            )
        }
        let told = claims.sorted { rank($0) < rank($1) }.prefix(Self.account)
        let changes = latestChanges(of: Set(told.map(\.key)))
        // What is not among the changes that are remembered came before them.
        let earlier = sequence - UInt64(recent.count)
        return AddressAccount(
            epoch: epoch, latest: sequence,
            entries: told.map { AddressAccount.Entry(sequence: changes[$0.key] ?? earlier, report: $0) },
            obeyed: subscribers.remembered(at: now).map { host, sighting in
                AddressAccount.Obeyed(host: host, epoch: sighting.word.epoch, sequence: sighting.word.obeyed)
            })
    }

    /// An administrator's lift of every report that bans, or allows, exactly this address: each with the same version, so
    /// that whatever comes later speaks again.
    public mutating func pardon(
        _ address: Address, allowances: Bool = false, token: String?, at now: Timestamp
    ) -> Outcome {
        if let refusal = refusal(of: token) { return Outcome(refusal: refusal) }
        look(at: now)
        var outcome = Outcome()
        let claims = table.claims(on: address).filter { ($0.origin.source == .allow) == allowances }
        let banned = claims.filter { !$0.state.isLifted }.map {
            Report(origin: $0.origin, subject: Subject($0.jail, address), state: $0.state, way: $0.way)
        }
        // Without its signature: nobody but us has said it.
        for var report in banned.sorted(by: { $0.key < $1.key }) {
            (report.state.isLifted, report.state.isPardoned) = (true, true)
            // Known, and not banned by it: there is nothing that could be refused.
            _ = merge(report, into: &outcome, at: now)
        }
        outcome.broadcasts =
            allowances ? retellOverlapping(address, at: believed(now)) : retell(address, at: believed(now))
        return outcome
    }

    private func isRecent(_ seen: Timestamp, at now: Timestamp) -> Bool { seen <= now && now < seen + Self.presence }

    private func latestChanges(of keys: Set<ReportKey>) -> [ReportKey: UInt64] {
        var found: [ReportKey: UInt64] = [:]
        // Addresses are cheaper to compare than whole keys.
        let addresses = Set(keys.map(\.subject.address))
        for (place, key) in recent.reversed().enumerated() where addresses.contains(key.subject.address) {
            guard keys.contains(key), found[key] == nil else { continue }
            found[key] = sequence - UInt64(place)
            if found.count == keys.count { break }
        }
        return found
    }
}

public import BanModel

/// What the hub says, what it is told, and what it holds.
extension Monitor {
    /// What the hub in reach understands.
    enum HubForm: Sendable {
        /// None is in reach.
        case unknown
        /// Single announcements, without ends.
        case old
        case new
    }

    /// A hub has answered our hello.
    ///
    /// - Parameters:
    ///   - greeting: nil: it understands the old form alone.
    ///   - asked: when the hello was sent.
    public mutating func greeted(_ greeting: HubGreeting?, asked: Timestamp, at now: Timestamp) -> [Effect] {
        outbox.rewind()
        guard let greeting else {
            form = .old
            return finish(at: now, isLogRead: false)
        }
        form = .new
        maximumBantime = greeting.maximumBantime
        lastVersion = max(lastVersion, greeting.version)
        if asked <= now { compareClocks(greeting.time, asked: asked, at: now) }
        inquiry = nil
        if digest(at: now) != greeting.digest {
            // Whether it lost its memory or never saw us: what it ACKed, it is told once more.
            if greeting.version == 0 { tellAgain(at: now) } else { inquiry = Inquiry() }
        }
        tellByNewClock(at: now)
        comparedAt = now
        wantsGreeting = false
        watchRenewals()
        return finish(at: now, isLogRead: false)
    }

    /// The hub ACKed what ``outgoing`` said.
    public mutating func acknowledged(at now: Timestamp) -> [Effect] {
        guard outbox.current != nil else { return [] }
        settle(outbox.finish(), at: now)
        return finish(at: now, isLogRead: false)
    }

    /// The hub refused what ``outgoing`` said. Returns whether to go on at once; else a pause is due.
    public mutating func refused(at now: Timestamp) -> (effects: [Effect], goOn: Bool) {
        guard outbox.current != nil else { return ([], false) }
        var goOn = false
        switch outbox.refuse() {
        case .refusedForGood(let item):
            effects.append(.note(.refusedForGood(item.claim.subject, reason: nil)))
            save(item.places)
            passSilent(at: now)
            goOn = true
        case .goOn:
            passSilent(at: now)
            goOn = !outbox.isAtHead  // where all that follows is silent, there is nothing else to try
        case .pause: break
        }
        if !goOn { effects.append(.note(.refusedForNow(reason: nil))) }
        return (finish(at: now, isLogRead: false), goOn)
    }

    /// The hub took the first so many of ``takeReports(atMost:)``, but for these. Returns whether to go on at once; else
    /// a pause is due.
    public mutating func taken(
        _ count: Int, except refusals: [Int: HubRefusal], at now: Timestamp
    ) -> (effects: [Effect], goOn: Bool) {
        let (done, isHeldUp) = outbox.finishBatch(count, except: refusals)
        for (item, refusal) in done {
            if let refusal {
                emit(.refusedForGood(item.claim.subject, reason: refusal.reason))
                if item.isAgain, announced.removeValue(forKey: item.claim) != nil {
                    effects.append(.save(.gone(item.claim, item.state.version)))
                }
                save(item.places)
            } else {
                settle(item, at: now)
            }
        }
        if isHeldUp { emit(.refusedForNow(reason: refusals.values.first { $0.verdict == .later }?.reason)) }
        return (finish(at: now, isLogRead: false), !isHeldUp)
    }

    /// The hub did not answer, or is gone: what comes next is a hello, and then the oldest report once more.
    public mutating func unanswered() {
        outbox.rewind()
        inquiry = nil
        form = .unknown
    }

    // MARK: What the hub is to hear

    /// The report that a hub of the old form is to hear next; nil where there is none, or no such hub.
    public var outgoing: Announcement? {
        guard form == .old else { return nil }
        return outbox.current.map { Announcement(settings.host, $0.claim.subject, $0.isBan ? .ban : .unban) }
    }

    /// The reports that a hub of the new form is to hear next, in order; empty where there are none, or no such hub.
    public mutating func takeReports(atMost count: Int, at now: Timestamp) -> [Report] {
        guard form == .new, inquiry == nil else { return [] }
        let places = outbox.places(atMost: count) { isNews($0, at: now) }
        return outbox.begin(places).map {
            Report(host: settings.host, claim: $0.claim, state: $0.state)
        }
    }

    // MARK: What the hub holds

    /// Takes out of the outbox what says nothing to this hub; while none is in reach, who knows.
    mutating func passSilent(at now: Timestamp) {
        switch form {
        case .unknown: return
        case .new:
            guard !outbox.isUnderway, inquiry == nil else { return }
            let silent = outbox.places(atMost: 1) { isNews($0, at: now) }.first ?? outbox.count
            for item in outbox.take(first: silent) { settle(item, at: now) }
        case .old:
            while !outbox.isOffered, !outbox.isEmpty {
                guard let item = outbox.current else {
                    outbox.rewind()
                    continue
                }
                if isNews(item, at: now), !outbox.isOvertaking {
                    outbox.isOffered = true
                } else if let passed = outbox.pass() {
                    settle(passed, at: now)
                }
            }
        }
    }

    private func isNews(_ item: Outbox.Item, at now: Timestamp) -> Bool {
        let known = announced[item.claim]
        if form == .new {
            // Ends are no news, since every report carries its own; but a hub that was away may have lost the report.
            // Where a clock was set, it may believe in one that is yet to come.
            if item.isEnd { return known.map { item.isAgain || $0.isLive(at: now + clockOffset + Self.lead) } ?? false }
            if item.isAgain || item.state.isLifted { return true }
            // An end that is over by now is news where the hub knows a later one.
            return item.state.version != known?.version
                && (item.state.until > now + clockOffset || known?.isLive(at: now + clockOffset) == true)
        }
        // The old form knows no ends: a changed end says nothing, nor does the end of what the hub never heard of.
        // Nor does it know sources: a ban of which another one speaks too is one, and over when both are.
        let isKnown = known?.isLifted == false
        let isKnownOtherwise = Origin.Source.ofMonitor.contains { source in
            source != item.claim.source && announced[HostClaim(source, item.claim.subject)]?.isLifted == false
        }
        if isKnownOtherwise { return false }
        return item.isBan ? !isKnown && item.state.until > now + clockOffset : isKnown
    }

    /// Notes what the hub holds now, on disk.
    ///
    /// An end that was told late may be that of an earlier state than the one it was found to hold meanwhile.
    private mutating func settle(_ item: Outbox.Item, at now: Timestamp) {
        let state = item.state
        // As the hub merges it: what it held before may be the greater.
        let place = announced.place(of: item.claim)
        let known = place.map { announced[$0] }
        let merged = known?.merged(with: state) ?? state
        if item.isBan || (known != nil && now < kept(merged)) {
            if known != merged {
                if let place { announced[place] = merged } else { _ = announced.insert(merged, for: item.claim) }
                effects.append(.save(record(of: item.claim, merged)))
            }
            if state.isLifted || table.place(of: item.claim) == nil { deadlines.add(item.claim, at: kept(merged)) }
        } else if let place {
            announced.remove(place)
            effects.append(.save(.gone(item.claim, state.version)))
        }
        save(item.places)
    }

    /// A lift need not be remembered for ever.
    mutating func prune(_ claim: HostClaim, at now: Timestamp) {
        // An old hub is still to hear of the end that waits for it.
        guard let state = announced[claim], state.isLifted || !outbox.holds(claim) else { return }
        guard now >= kept(state) else { return deadlines.add(claim, at: kept(state)) }
        announced[claim] = nil
        effects.append(.save(.gone(claim, state.version)))
    }

    /// Until when, by our clock, the hub keeps it.
    func kept(_ state: Report.State) -> Timestamp {
        state.bounded(by: maximumBantime).forget - clockOffset
    }

    /// Of what the hub should hold now.
    private func digest(at now: Timestamp) -> ReportDigest {
        var digest = ReportDigest()
        for (claim, state) in announced where now < kept(state) {
            digest.add(Report(host: settings.host, claim: claim, state: state))
        }
        return digest
    }
}

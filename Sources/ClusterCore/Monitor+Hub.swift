package import BanModel

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
    package mutating func greeted(_ greeting: HubGreeting?, asked: Timestamp, at now: Timestamp) -> [Effect] {
        outbox.rewind()
        guard let greeting else {
            form = .old
            return finish(at: now, isLogRead: false)
        }
        form = .new
        maximumBantime = greeting.maximumBantime
        lastVersion = max(lastVersion, greeting.version)
        if asked <= now, now - asked <= Self.promptAnswer { compareClocks(greeting.time, at: now) }
        if digest(at: now) != greeting.digest {
            // Whether it lost its memory or never saw us: what it ACKed, it is told once more.
            for (subject, state) in announced.sorted(by: { $0.key < $1.key }) {
                outbox.append(Outbox.Item(subject: subject, state: state, isEnd: false, isAgain: true))
            }
            if !announced.isEmpty { emit(.toldAgain(announced.count)) }
        }
        return finish(at: now, isLogRead: false)
    }

    /// The hub ACKed what ``outgoing`` said.
    package mutating func acknowledged(at now: Timestamp) -> [Effect] {
        guard outbox.current != nil else { return [] }
        settle(outbox.finish(), at: now)
        return finish(at: now, isLogRead: false)
    }

    /// The hub refused what ``outgoing`` said. Returns whether to go on at once; else a pause is due.
    package mutating func refused(at now: Timestamp) -> (effects: [Effect], goOn: Bool) {
        guard outbox.current != nil else { return ([], false) }
        var goOn = false
        switch outbox.refuse() {
        case .refusedForGood(let item):
            effects.append(.note(.refusedForGood(item.subject, reason: nil)))
            save(item.position)
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
    package mutating func taken(
        _ count: Int, except refusals: [Int: HubRefusal], at now: Timestamp
    ) -> (effects: [Effect], goOn: Bool) {
        let (done, isHeldUp) = outbox.finishBatch(count, except: refusals)
        for (item, refusal) in done {
            if let refusal {
                emit(.refusedForGood(item.subject, reason: refusal.reason))
                save(item.position)
            } else {
                settle(item, at: now)
            }
        }
        if isHeldUp { emit(.refusedForNow(reason: refusals.values.first { $0.verdict == .later }?.reason)) }
        return (finish(at: now, isLogRead: false), !isHeldUp)
    }

    /// The hub did not answer, or is gone: what comes next is a hello, and then the oldest report once more.
    package mutating func unanswered() {
        outbox.rewind()
        form = .unknown
    }

    // MARK: What the hub is to hear

    /// The report that a hub of the old form is to hear next; nil where there is none, or no such hub.
    package var outgoing: Announcement? {
        guard form == .old else { return nil }
        return outbox.current.map { Announcement(settings.host, $0.subject, $0.isBan ? .ban : .unban) }
    }

    /// The reports that a hub of the new form is to hear next, in order; empty where there are none, or no such hub.
    package mutating func takeReports(atMost count: Int, at now: Timestamp) -> [Report] {
        guard form == .new else { return [] }
        let places = outbox.places(atMost: count) { isNews($0, at: now) }
        return outbox.begin(places).map {
            Report(origin: Origin(host: settings.host), subject: $0.subject, state: $0.state)
        }
    }

    // MARK: What the hub holds

    /// Takes out of the outbox what says nothing to this hub; while none is in reach, who knows.
    mutating func passSilent(at now: Timestamp) {
        switch form {
        case .unknown: return
        case .new:
            guard !outbox.isUnderway else { return }
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
        let known = announced[item.subject]
        if form == .new {
            // Ends are no news, since every report carries its own; but a hub that was away may have lost the report.
            if item.isEnd { return item.isAgain && known != nil }
            return item.isAgain || item.state.isLifted
                || (item.state.until > now + clockOffset && item.state.version != known?.version)
        }
        // The old form knows no ends: a changed end says nothing, nor does the end of what the hub never heard of.
        let isKnown = known?.isLifted == false
        return item.isBan ? !isKnown && item.state.until > now + clockOffset : isKnown
    }

    /// Notes what the hub holds now, on disk.
    private mutating func settle(_ item: Outbox.Item, at now: Timestamp) {
        let state = item.state
        if item.isBan || (announced[item.subject] != nil && now < kept(state)) {
            if announced[item.subject] != state {
                announced[item.subject] = state
                effects.append(.save(.live(item.subject, state)))
            }
            if state.isLifted { deadlines.add(item.subject, at: kept(state)) }
        } else if announced.removeValue(forKey: item.subject) != nil {
            effects.append(.save(.gone(item.subject, state.version)))
        }
        save(item.position)
    }

    /// A lift need not be remembered for ever.
    mutating func prune(_ subject: Subject, at now: Timestamp) {
        guard let state = announced[subject], state.isLifted else { return }
        guard now >= kept(state) else { return deadlines.add(subject, at: kept(state)) }
        announced[subject] = nil
        effects.append(.save(.gone(subject, state.version)))
    }

    /// Until when, by our clock, the hub keeps it.
    func kept(_ state: Report.State) -> Timestamp {
        state.bounded(by: maximumBantime).forget - clockOffset
    }

    /// Of what the hub should hold now.
    private func digest(at now: Timestamp) -> ReportDigest {
        var digest = ReportDigest()
        let origin = Origin(host: settings.host)
        for (subject, state) in announced where now < kept(state) {
            digest.add(Report(origin: origin, subject: subject, state: state))
        }
        return digest
    }

    // MARK: The hub's clock

    /// Ends are told in the hub's time. Where its clock is found to differ otherwise than before, all are told anew.
    private mutating func compareClocks(_ theirs: Timestamp, at now: Timestamp) {
        let difference = theirs - now
        guard difference - clockOffset > Self.clockTolerance || clockOffset - difference > Self.clockTolerance else {
            return
        }
        let before = clockOffset
        clockOffset =
            difference > Self.clockTolerance || .zero - difference > Self.clockTolerance ? difference : .zero
        effects.append(.save(.clock(clockOffset)))
        emit(.clockDiffers(clockOffset))
        for (subject, known) in table.sorted(by: { $0.key < $1.key }) {
            var state = known.state
            state.version = nextVersion(now)
            // The hub remembers the end that it was told by the other clock.
            state.forget = max(state.forget, state.forget + before - clockOffset)
            table[subject]?.state = state
            outbox.append(Outbox.Item(subject: subject, state: inHubTime(state), isEnd: false))
        }
    }

    func inHubTime(_ state: Report.State) -> Report.State { state.moved(by: clockOffset) }

    func inOwnTime(_ state: Report.State) -> Report.State { state.moved(by: .zero - clockOffset) }
}

extension Report.State {
    fileprivate func moved(by offset: Duration) -> Self {
        var moved = self
        moved.until = until + offset
        moved.forget = forget + offset
        return moved
    }
}

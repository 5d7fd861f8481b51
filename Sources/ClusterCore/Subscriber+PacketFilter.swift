internal import BanModel

/// How the packet filter is made to hold what was decided, and nothing else.
///
/// What it holds is read at the start, after an act that failed, when clocks turn out to differ, and every few minutes;
/// so the ledger has nothing to say but what a person freed. An element that is gone before its end was deleted by a
/// person, as nobody else deletes a single one: it stays free here until somebody vouches for the ban who did not by
/// then. Where a set was emptied or the table is gone, nobody freed anybody: it is made anew, with all that is to hold.
extension Subscriber {
    /// The placement of every ban that the packet filter is to hold: no jail is called so, and the ledger names it.
    static let packetFilter = {
        guard let jail = Jail("fail2ban-cluster") else { preconditionFailure() }
        return jail
    }()

    /// So many addresses go into one act: 0.2 s, by which what comes then is held up.
    static let packetFilterBatch = 10_000

    func isInPacketFilter(_ placement: Subject) -> Bool {
        settings.target == .packetFilter && placement.jail == Self.packetFilter
    }

    /// When the packet filter is looked at next; nil: it holds nothing.
    var nextPacketFilterLook: Timestamp? {
        guard settings.target == .packetFilter, let due = plan.due else { return nil }
        return max(due, paused[Self.packetFilter]?.until ?? due)
    }

    /// Until when the packet filter is to hold this; nil: not.
    private func packetFilterEnd(of placement: Subject, at now: Timestamp) -> Timestamp? {
        ledger[placement]?.step == .yielded ? nil : decision(on: placement, at: now)?.until
    }

    func packetFilterAim(for placement: Subject, at now: Timestamp) -> Aim? {
        plan.isDone(placement.address, until: packetFilterEnd(of: placement, at: now), at: hubTime(now)) ? nil : .adjust
    }

    /// Looks at the packet filter, or makes its table, where that comes before everything else.
    mutating func beginPacketFilter(at now: Timestamp) -> Bool {
        guard settings.target == .packetFilter, paused[Self.packetFilter]?.until ?? now <= now else { return false }
        if plan.takeDue(at: now) {
            underway = Underway(aim: .look, lane: Self.packetFilter, placements: [], number: .max, since: now)
            emit(.act(.readPacketFilter(settings.packetFilterForm)))
            return true
        }
        guard plan.state == .absent else { return false }
        var placements: [Subject] = []
        var first: UInt64?
        while let (placement, number) = waiting.takeFirst(in: Self.packetFilter) {
            first = first ?? number
            if packetFilterEnd(of: placement, at: now) != nil { placements.append(placement) }
        }
        adjustPacketFilter(placements, number: first ?? .max, at: now)
        return true
    }

    mutating func adjustPacketFilter(_ placements: [Subject], number: UInt64, at now: Timestamp) {
        let decisions = placements.map { ($0.address, until: packetFilterEnd(of: $0, at: now)) }
        let change = plan.change(to: decisions, form: settings.packetFilterForm, at: hubTime(now))
        plan.rest(at: now)
        // What failed before is among these, or waits behind them.
        let oldest = min(number, paused[Self.packetFilter]?.number ?? .max)
        underway = Underway(
            aim: .adjust, lane: Self.packetFilter, placements: placements, number: oldest, since: now)
        emit(.act(.changePacketFilter(change)))
    }

    // MARK: Answers

    mutating func concludePacketFilter(_ act: Underway, _ answer: Answer, at now: Timestamp) {
        switch (act.aim, answer) {
        case (.look, .packetFilter(nil)):
            plan.isAbsent()
            emit(.note(.packetFilterMadeAnew))
            reviewPacketFilter(at: now)
        case (.look, .packetFilter(let elements?)): compare(elements, at: now)
        case (.adjust, .changed):
            let isWanted = Dictionary(grouping: act.placements) { packetFilterEnd(of: $0, at: now) != nil }
            if let banned = isWanted[true] { emit(.note(.banned(Self.packetFilter, banned.map(\.address)))) }
            if let freed = isWanted[false] { emit(.note(.freed(Self.packetFilter, freed.map(\.address)))) }
        case (_, .notRunning(let reason)), (_, .impossible(let reason)), (_, .unclear(let reason)):
            packetFilterFailed(act, reason, at: now)
        default: packetFilterFailed(act, "nft answered something else", at: now)
        }
        for placement in act.placements { review(placement, at: now) }
        if plan.state != .unknown { works(Self.packetFilter, at: now) }
    }

    private mutating func packetFilterFailed(_ act: Underway, _ reason: String, at now: Timestamp) {
        plan.forget(at: now)
        emit(.note(.packetFilterFailed(reason)))
        failed(act, at: now)
    }

    private mutating func compare(_ elements: [Address: Duration], at now: Timestamp) {
        let wasKnown = plan.state == .known
        var plan = plan
        let (differing, deleted) = plan.read(elements, at: hubTime(now)) {
            packetFilterEnd(of: Subject(Self.packetFilter, $0), at: now)
        }
        self.plan = plan
        self.plan.rest(at: now)  // unless there is a new reason to look
        guard wasKnown else { return reviewPacketFilter(at: now) }
        for address in deleted.sorted() {
            let placement = Subject(Self.packetFilter, address)
            if packetFilterEnd(of: placement, at: now) != nil { yield(placement, at: now) }
        }
        for address in differing.sorted() { review(Subject(Self.packetFilter, address), at: now) }
    }

    private mutating func reviewPacketFilter(at now: Timestamp) {
        let held = plan.elements.map { Subject(Self.packetFilter, $0) }
        for placement in replica.placements.union(held).sorted() { review(placement, at: now) }
    }
}

internal import BanModel

/// How the difference between what should hold and what was done becomes acts, and what their answers mean.
extension Subscriber {
    private static let firstPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(60)

    /// One failing jail holds up no other; the log is one.
    func lane(of placement: Subject) -> WaitingList.Lane {
        settings.target == .log ? nil : placement.jail
    }

    /// Starts the next act: the first that waits, and whatever else waits for the same.
    mutating func begin(at now: Timestamp) {
        let blocked = Set(paused.filter { $0.value.until > now }.keys)
        while case .some(let lane) = waiting.nextLane(except: blocked) {
            guard let first = waiting.first(in: lane) else { return }
            waiting.removeFirst(in: lane)
            guard let aim = aim(for: first, at: now) else { continue }
            if isNotOurs(first) {
                note(.released, first, at: now)
                continue
            }
            let placements = [first] + takeMore(like: first, aim: aim, in: lane, at: now)
            start(aim, placements, in: lane, at: now)
            return
        }
    }

    /// What waits behind the first and can go with it.
    private mutating func takeMore(
        like first: Subject, aim: Aim, in lane: WaitingList.Lane, at now: Timestamp
    ) -> [Subject] {
        let limit = limit(for: aim, first)
        var more: [Subject] = []
        while more.count + 1 < limit, let next = waiting.first(in: lane) {
            if let other = self.aim(for: next, at: now) {
                guard other == aim, !isNotOurs(next), !(aim == .free && next.address.isNetwork) else { break }
                more.append(next)
            }
            waiting.removeFirst(in: lane)
        }
        return more
    }

    private func isNotOurs(_ placement: Subject) -> Bool {
        switch ledger[placement]?.step {
        case .foreign, .unclear: true
        case .intended, .held, .logged, .released, nil: false
        }
    }

    /// How many of these may go into one act.
    private func limit(for aim: Aim, _ first: Subject) -> Int {
        switch settings.target {
        case .log: 10_000
        // Whose ban it is shows only in the answer to a call of its own.
        case .same where aim == .ban: 1
        // Freeing a network frees what lies inside: it goes alone, and only while it is listed.
        case .own, .same: aim == .free && first.address.isNetwork ? 1 : batch.size
        }
    }

    private mutating func start(
        _ aim: Aim, _ placements: [Subject], in lane: WaitingList.Lane, at now: Timestamp
    ) {
        if aim == .ban {
            for placement in placements {
                note(.intended, placement, at: now)
                if let host = decision(on: placement, at: now)?.host { ledger.name(host, for: placement) }
            }
        }
        underway = Underway(aim: aim, lane: lane, placements: placements, since: now)
        guard let jail = lane else {
            let lines = placements.map {
                Announcement(ledger[$0]?.host ?? settings.host, $0, aim == .ban ? .ban : .unban)
            }
            emit(.act(.write(lines)))
            return
        }
        if aim == .free, placements[0].address.isNetwork {
            underway?.aim = .check
            emit(.act(.ask(.status(jail))))
        } else {
            instruct(aim, placements, in: jail)
        }
    }

    private mutating func instruct(_ aim: Aim, _ placements: [Subject], in jail: Jail) {
        let addresses = placements.map(\.address)
        emit(.act(.instruct(aim == .ban ? .ban(jail, addresses) : .unban(jail, addresses))))
    }

    // MARK: Answers

    mutating func conclude(_ act: Underway, _ answer: Answer, at now: Timestamp) {
        let jail = act.placements[0].jail
        switch (act.aim, answer) {
        case (.check, .status(let listed, _)):
            if listed.contains(act.placements[0].address) {
                paused[act.lane] = nil
                underway = Underway(aim: .free, lane: act.lane, placements: act.placements, since: now)
                instruct(.free, act.placements, in: jail)
                return
            }
            note(.released, act.placements[0], at: now)
            emit(.note(.notListed(act.placements[0])))
        case (.ban, .changed(let number)):
            succeeded(act, at: now)
            banned(act.placements, number: number, at: now)
        case (.free, .changed):
            succeeded(act, at: now)
            for placement in act.placements { note(.released, placement, at: now) }
            emit(.note(.freed(jail, act.placements.map(\.address))))
            if act.placements[0].address.isNetwork { rebanInside(act.placements[0], at: now) }
        case (.ban, .noSuchJail):
            for placement in act.placements { note(.released, placement, at: now) }  // nothing was done
            emit(.note(.noSuchJail(jail)))
            failed(act, at: now)
        case (_, .noSuchJail):
            emit(.note(.noSuchJail(jail)))  // the jail may come back, and its bans with it
            failed(act, at: now)
        case (_, .notRunning(let reason)), (_, .impossible(let reason)):
            emit(.note(.failed(jail, reason: reason)))
            failed(act, at: now)
        case (_, .unclear(let reason)):
            if act.aim == .ban { lost.formUnion(act.placements) }
            emit(.note(.failed(jail, reason: reason)))
            failed(act, at: now)
        default:
            emit(.note(.failed(jail, reason: "fail2ban answered something else")))
            failed(act, at: now)
        }
        for placement in act.placements { review(placement, at: now) }
    }

    private mutating func banned(_ placements: [Subject], number: Int, at now: Timestamp) {
        defer { lost.subtract(placements) }
        guard settings.target == .same, number == 0 else {
            for placement in placements { note(settings.target == .log ? .logged : .held, placement, at: now) }
            emit(.note(.banned(placements[0].jail, placements.map(\.address))))
            return
        }
        for placement in placements {
            note(lost.contains(placement) ? .unclear : .foreign, placement, at: now)
            emit(.note(.bannedAlready(placement)))
        }
    }

    /// fail2ban freed every address inside the network, ours among them.
    private mutating func rebanInside(_ network: Subject, at now: Timestamp) {
        let inside = ledger.entries.filter {
            $0.key.jail == network.jail && $0.value.step == .held && network.address.contains($0.key.address)
        }
        for placement in inside.keys.sorted() {
            note(.released, placement, at: now)
            review(placement, at: now)
        }
    }

    private mutating func succeeded(_ act: Underway, at now: Timestamp) {
        paused[act.lane] = nil
        if act.lane != nil { batch.learn(count: act.placements.count, took: now - act.since) }
    }

    private mutating func failed(_ act: Underway, at now: Timestamp) {
        let length = paused[act.lane].map { min($0.length * 2, Self.longestPause) } ?? Self.firstPause
        paused[act.lane] = (now + length, length)
    }
}

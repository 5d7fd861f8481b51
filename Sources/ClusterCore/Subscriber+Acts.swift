internal import BanModel

/// How the difference between what should hold and what was done becomes acts, and what their answers mean.
extension Subscriber {
    private static let firstPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(60)

    /// One failing jail holds up no other; the log is one.
    func lane(of placement: Subject) -> WaitingList.Lane { lane(of: placement, in: ledger.step(of: placement)) }

    /// - Parameter step: the ledger's.
    func lane(of placement: Subject, in step: LedgerRecord.Step?) -> WaitingList.Lane {
        guard settings.target == .log else { return placement.jail }
        // What another action did before is undone where it was done.
        return step == nil || step == .logged ? nil : placement.jail
    }

    /// Starts the next act: the first that waits, and whatever else waits for the same.
    mutating func begin(at now: Timestamp) {
        let blocked = paused.isEmpty ? [] : Set(paused.filter { $0.value.until > now }.keys)
        if beginPacketFilter(at: now) { return }
        if beginLook(at: now, isBusy: waiting.inLanes.contains { !blocked.contains($0) }) { return }
        while case .some(let lane) = waiting.nextLane(except: blocked) {
            guard let (first, number) = waiting.takeFirst(in: lane) else { return }
            guard let aim = aim(for: first, at: now) else { continue }
            if aim == .free, isNotOurs(first) {
                note(.released, first, at: now)
                continue
            }
            let placements = [first] + takeMore(like: first, aim: aim, in: lane, at: now)
            start(aim, placements, in: lane, number: number, at: now)
            return
        }
    }

    /// What waits behind the first and can go with it.
    private mutating func takeMore(
        like first: Subject, aim: Aim, in lane: WaitingList.Lane, at now: Timestamp
    ) -> [Subject] {
        let limit = limit(for: aim, first, at: now)
        var more: [Subject] = []
        // What cannot go with it keeps its place, so that bans and frees that alternate do not go one by one.
        var passedOver: [(Subject, UInt64)] = []
        while more.count + 1 < limit, passedOver.count <= limit, let (next, number) = waiting.takeFirst(in: lane) {
            guard let other = self.aim(for: next, at: now) else { continue }
            if other == aim, aim != .free || !(isNotOurs(next) || next.address.isNetwork) {
                more.append(next)
            } else {
                passedOver.append((next, number))
            }
        }
        waiting.putBack(passedOver, in: lane)
        return more
    }

    /// Whether it may not be freed: another than we may have banned it.
    private func isNotOurs(_ placement: Subject) -> Bool {
        switch ledger.step(of: placement) {
        case .foreign, .unclear: true
        case .intended: settings.target == .same  // the answer was lost
        case .held, .logged, .released, .yielded, .pardoned, nil: false
        }
    }

    /// An administrator has lifted what this host's own fail2ban had banned: the one ban of others that is freed here.
    mutating func pardon(_ report: Report, at now: Timestamp) {
        let isOwn = report.origin.isOwn(settings.host) && Origin.Source.ofMonitor.contains(report.origin.source)
        guard isOwn, settings.target != .log else { return }
        switch ledger[report.subject]?.step {
        case .intended, .held, .pardoned: return  // ours, and freed as such
        case .unclear, .foreign, .logged, .released, .yielded, nil:
            note(.pardoned, report.subject, at: now)
            waiting.add(report.subject, to: lane(of: report.subject))
        }
    }

    /// How many of these may go into one act.
    private mutating func limit(for aim: Aim, _ first: Subject, at now: Timestamp) -> Int {
        switch settings.target {
        case .log where lane(of: first) == nil: 10_000
        case .packetFilter where aim == .adjust: Self.packetFilterBatch
        // Whose ban it is shows only in the answer to a call of its own.
        case .same where aim == .ban: 1
        // Freeing a network frees what lies inside: it goes alone, and only while it is listed.
        case .own, .same, .log, .packetFilter:
            aim == .free && first.address.isNetwork
                ? 1
                : batches[
                    BatchKind(jail: first.jail, aim: aim), default: BatchSize(startsProgram: settings.startsProgram)
                ].next(at: now)
        }
    }

    private mutating func start(
        _ aim: Aim, _ placements: [Subject], in lane: WaitingList.Lane, number: UInt64, at now: Timestamp
    ) {
        if aim == .adjust { return adjustPacketFilter(placements, number: number, at: now) }
        if aim == .ban, lane != nil {
            for placement in placements {
                note(.intended, placement, for: decision(on: placement, at: now)?.host, at: now)
            }
        }
        // What failed before is among these, or waits behind them.
        let oldest = min(number, paused[lane]?.number ?? .max)
        underway = Underway(aim: aim, lane: lane, placements: placements, number: oldest, since: now)
        guard let jail = lane else {
            let hosts = placements.map { name(for: $0, at: now) }
            underway?.hosts = hosts
            emit(.act(.write(zip(hosts, placements).map { Announcement($0, $1, aim == .ban ? .ban : .unban) })))
            return
        }
        if aim == .free, placements[0].address.isNetwork {
            underway?.aim = .check
            emit(.act(.ask(.status(jail))))
        } else {
            instruct(aim, placements, in: jail)
        }
    }

    /// Whose name stands in the line: who was named when it was banned, or is known to have said something of it.
    private func name(for placement: Subject, at now: Timestamp) -> Host {
        ledger[placement]?.host ?? decision(on: placement, at: now)?.host ?? replica.host(behind: placement)
            ?? settings.host
    }

    private mutating func instruct(_ aim: Aim, _ placements: [Subject], in jail: Jail) {
        let addresses = placements.map(\.address)
        emit(.act(.instruct(aim != .free ? .ban(jail, addresses) : .unban(jail, addresses))))
    }

    // MARK: Answers

    mutating func conclude(_ act: Underway, _ answer: Answer, at now: Timestamp) {
        if act.lane == Self.packetFilter, settings.target == .packetFilter {
            return concludePacketFilter(act, answer, at: now)
        }
        if act.aim == .look, let jail = act.lane { return concludeLook(in: jail, answer, act, at: now) }
        let jail = act.placements[0].jail
        switch (act.aim, answer) {
        case (.check, .status(let listed, _)):
            let network = act.placements[0]
            guard listed.contains(network.address) else {
                note(.released, network, at: now)
                emit(.note(.notListed(network)))
                break
            }
            if settings.target == .same, listed.contains(where: { isForeign($0, inside: network) }) {
                let reason = "\(network.address) holds bans of fail2ban's own, and is left to end by itself"
                note(.released, network, at: now)
                emit(.note(.failed(jail, reason: reason)))
                break
            }
            works(act.lane, at: now)
            underway = act
            underway?.aim = .free
            underway?.since = now
            instruct(.free, act.placements, in: jail)
            return
        case (.ban, .changed(let number)):
            succeeded(act, changed: number, at: now)
            banned(act, number: number, at: now)
            noteBan(of: act.placements, number: number, at: now)
        case (.renew, .changed(let number)):
            succeeded(act, changed: act.placements.count, at: now)
            renewing.subtract(act.placements)
            noteBan(of: act.placements, number: number, at: now)
        case (.free, .changed(let number)):
            succeeded(act, changed: number, at: now)
            if settings.target == .own(jail), number < act.placements.count {
                freeAgain(act.placements, at: now)
            } else {
                for placement in act.placements { note(.released, placement, at: now) }
            }
            emit(.note(.freed(jail, act.placements.map(\.address))))
            if act.placements[0].address.isNetwork { rebanInside(act.placements[0], at: now) }
        case (.ban, .noSuchJail):
            for placement in act.placements { note(.released, placement, at: now) }  // nothing was done
            emit(.note(.noSuchJail(jail)))
            failed(act, at: now)
        case (_, .noSuchJail):
            // The jail may come back, and its bans with it; what fail2ban itself had banned in it is free.
            for placement in act.placements where ledger[placement]?.step == .pardoned {
                note(.released, placement, at: now)
            }
            emit(.note(.noSuchJail(jail)))
            forgetUnfound(in: jail)
            failed(act, at: now)
        case (_, .notRunning(let reason)), (_, .impossible(let reason)):
            if case .notRunning = answer {
                sights[jail]?.end()
                sights[jail]?.want(at: now)
                forgetUnfound(in: jail)
            }
            if act.aim == .ban, settings.target == .same {
                // Nothing was done, and by the next try fail2ban may have banned it.
                for placement in act.placements where !lost.contains(placement) { note(.released, placement, at: now) }
            }
            emit(.note(.failed(jail, reason: reason)))
            failed(act, at: now)
        case (_, .unclear(let reason)):
            if act.aim == .ban, settings.target == .same { lost.formUnion(act.placements) }
            // What was freed, and is wanted again by now, is missing through us, not through a person.
            sights[jail]?.end()
            sights[jail]?.want(at: now)
            emit(.note(.failed(jail, reason: reason)))
            failed(act, at: now)
        default:
            emit(.note(.failed(jail, reason: "fail2ban answered something else")))
            failed(act, at: now)
        }
        for placement in act.placements { review(placement, at: now) }
    }

    private mutating func banned(_ act: Underway, number: Int, at now: Timestamp) {
        let placements = act.placements
        defer {
            lost.subtract(placements)
            if !unfound.isEmpty { for placement in placements { unfound[placement] = nil } }
        }
        guard settings.target == .same, number == 0 else {
            for (index, placement) in placements.enumerated() {
                // In fail2ban it was named with the intent, or is by what has come since.
                let host = act.hosts.isEmpty ? nil : act.hosts[index]
                note(settings.target == .log ? .logged : .held, placement, for: host, at: now)
            }
            emit(.note(.banned(placements[0].jail, placements.map(\.address))))
            return
        }
        for placement in placements {
            note(lost.contains(placement) ? .unclear : .foreign, placement, at: now)
            emit(.note(.bannedAlready(placement)))
        }
    }

    /// Some were not banned. They are freed once more later, and the jail's count shows whether it is still the same one.
    private mutating func freeAgain(_ placements: [Subject], at now: Timestamp) {
        for placement in placements {
            unfound[placement, default: UnfoundBan()].miss(at: now)  // every act's placements are reviewed after it
            watch(placement.jail, at: now)
        }
    }

    /// The jail starts anew: what it did not find may be among what it restores then.
    private mutating func forgetUnfound(in jail: Jail) {
        for placement in unfound.keys.sorted() where placement.jail == jail {
            unfound[placement] = UnfoundBan()
            waiting.add(placement, to: lane(of: placement))
        }
    }

    /// Whether fail2ban itself may have banned this address, and would free it with the network.
    private func isForeign(_ address: Address, inside network: Subject) -> Bool {
        address != network.address && network.address.contains(address)
            && ledger[Subject(network.jail, address)]?.step != .held
    }

    /// fail2ban may have freed every address inside the network, ours among them.
    private mutating func rebanInside(_ network: Subject, at now: Timestamp) {
        let held = ledger.placements(in: network.jail, .held)
        for placement in held where network.address.contains(placement.address) {
            // Of what is over as well, some versions keep the ban: it is freed by itself.
            if isWanted(placement, at: now) { note(.released, placement, at: now) }
            review(placement, at: now)
        }
    }

    private mutating func succeeded(_ act: Underway, changed: Int, at now: Timestamp) {
        works(act.lane, at: now)
        guard let jail = act.lane else { return }
        batches[BatchKind(jail: jail, aim: act.aim), default: BatchSize(startsProgram: settings.startsProgram)].learn(
            count: act.placements.count, changed: changed, took: act.took, at: now)
    }

    /// The lane's next trouble begins with a short pause; what failed before and still waits is not obeyed, though.
    mutating func works(_ lane: WaitingList.Lane, at now: Timestamp) {
        guard let pause = paused[lane] else { return }
        // It waits among others by now, and under a later number.
        let isEmpty = !waiting.inLanes.contains(lane)
        paused[lane] = isEmpty ? nil : Pause(until: now, length: .zero, number: pause.number)
    }

    mutating func failed(_ act: Underway, at now: Timestamp) {
        let before = paused[act.lane]
        let length = max(Self.firstPause, min((before?.length ?? .zero) * 2, Self.longestPause))
        paused[act.lane] = Pause(until: now + length, length: length, number: min(before?.number ?? .max, act.number))
    }
}

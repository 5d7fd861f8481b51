internal import BanModel

/// How what fail2ban really holds is compared with the ledger, and what follows from a difference.
///
/// What is missing though its time was not over was freed by a person where its jail did not stop, and stays free here
/// until somebody vouches for the ban who did not by then. Where the jail stopped, or nobody can say, it is banned again.
extension Subscriber {
    /// A look waits for bans and frees, but not for longer.
    private static let patience = Duration.seconds(30)

    /// Looks at a jail whose time has come, unless there is something better to do.
    mutating func beginLook(at now: Timestamp, isBusy: Bool) -> Bool {
        let latest = isBusy ? now - Self.patience : now
        guard sights.contains(where: { $0.value.due <= latest }) else { return false }
        let due = sights.filter { $0.value.due <= latest && paused[$0.key]?.until ?? now <= now }.keys.sorted()
        for jail in due {
            guard
                unfound.contains(where: { $0.key.jail == jail })
                    || ledger.holds(.held, in: jail)
            else {
                sights[jail] = nil
                continue
            }
            underway = Underway(aim: .look, lane: jail, placements: [], number: .max, since: now)
            emit(.act(.ask(.bans(jail))))
            return true
        }
        return false
    }

    /// When the next look is due; nil: nothing is held that could be looked for.
    var nextLook: Timestamp? {
        var next: Timestamp?
        for (jail, sight) in sights { next = earlier(next, max(sight.due, paused[jail]?.until ?? sight.due)) }
        return next
    }

    /// We ban in this jail: it is looked at from now on.
    mutating func watch(_ jail: Jail, at time: Timestamp) {
        if sights[jail] == nil { sights[jail] = JailSight(due: time) } else { sights[jail]?.want(at: time) }
    }

    /// These were banned, or banned again, just now; so many of them had not been.
    mutating func noteBan(of placements: [Subject], number: Int, at now: Timestamp) {
        guard let jail = placements.first?.jail, settings.target != .log else { return }
        watch(jail, at: now + JailSight.sweep)
        if let total = sights[jail]?.total { sights[jail]?.total = total + number }
        guard let bantime = sights[jail]?.bantime else {
            sights[jail]?.want(at: now + JailSight.soon)
            return
        }
        for placement in placements {
            sights[jail]?.ends[placement.address] = now + bantime
            watchEnd(of: placement, at: now)
        }
    }

    /// Looks at its jail in time to renew a ban that would end before it should.
    mutating func watchEnd(of placement: Subject, at now: Timestamp) {
        guard let moment = renewal(of: placement, at: now) else { return }
        sights[placement.jail]?.want(at: moment)
    }

    /// From when on a ban is to be renewed; nil: it lasts as long as it should.
    private func renewal(of placement: Subject, at now: Timestamp) -> Timestamp? {
        guard let sight = sights[placement.jail], let end = sight.ends[placement.address],
            let wanted = decision(on: placement, at: now)?.until, wanted - clockOffset > end
        else { return nil }
        return end - JailSight.lead(sight.bantime ?? .zero)
    }

    mutating func forgetEnd(of placement: Subject) {
        sights[placement.jail]?.ends[placement.address] = nil
        sights[placement.jail]?.missed[placement.address] = nil
    }

    // MARK: Answers

    mutating func concludeLook(in jail: Jail, _ answer: Answer, _ act: Underway, at now: Timestamp) {
        switch answer {
        case .bans(let list):
            works(jail, at: now)
            compare(list, in: jail, since: act.since, act, at: now)
        case .status(let names, let total):
            works(jail, at: now)
            confirm(names, total: total, in: jail, at: now)
        case .noSuchJail:
            emit(.note(.noSuchJail(jail)))
            sights[jail]?.end()
            sights[jail]?.due = now
            failed(act, at: now)
        case .notRunning(let reason), .impossible(let reason), .unclear(let reason):
            if case .notRunning = answer { sights[jail]?.end() }
            emit(.note(.failed(jail, reason: reason)))
            sights[jail]?.due = now
            failed(act, at: now)
        case .jails, .bantime, .changed, .packetFilter:
            emit(.note(.failed(jail, reason: "fail2ban answered something else")))
            failed(act, at: now)
        }
    }

    /// What we hold there by the ledger.
    private func held(in jail: Jail) -> [Subject] {
        ledger.placements(in: jail, .held).filter { unfound[$0] == nil }
    }

    private mutating func compare(
        _ list: [ListedBan], in jail: Jail, since asked: Timestamp, _ act: Underway, at now: Timestamp
    ) {
        let held = held(in: jail)
        sights[jail]?.due = now + JailSight.sweep
        let listed = Dictionary(list.map { ($0.address, $0) }) { max($0.until, $1.until) == $0.until ? $0 : $1 }
        let ours = Set(held.map(\.address))
        if let sample = list.last(where: { ours.contains($0.address) }) {
            // A ban that was renewed lasts longer by its list than the next one will.
            let length = sample.until == .forever ? .seconds(365 * 86_400) : sample.until - sample.since
            let known = sights[jail]?.bantime ?? length
            sights[jail]?.bantime = min(known, length)
        }
        var isMissing = false
        for placement in held {
            if let ban = listed[placement.address] {
                sights[jail]?.missed[placement.address] = nil
                sights[jail]?.ends[placement.address] = ban.until
                if let moment = renewal(of: placement, at: now), moment <= now {
                    renewing.insert(placement)
                    waiting.add(placement, to: lane(of: placement))
                } else {
                    watchEnd(of: placement, at: now)
                }
            } else if let end = sights[jail]?.ends[placement.address], end - JailSight.slack <= now {
                banAgain(placement, at: now)  // it has ended by itself
            } else {
                isMissing = true
            }
        }
        let isUnfound = unfound.contains { $0.key.jail == jail }
        guard isMissing || isUnfound || sights[jail]?.total == nil else { return }
        // Whether the jail has stopped since the last time, its count shows.
        underway = act
        emit(.act(.ask(.status(jail))))
    }

    private mutating func confirm(_ names: Set<Address>, total: Int, in jail: Jail, at now: Timestamp) {
        let isSameLife = (sights[jail]?.total).map { $0 <= total } ?? false
        sights[jail]?.total = total
        decideUnfound(in: jail, names, isSameLife: isSameLife, at: now)
        for placement in held(in: jail) where !names.contains(placement.address) {
            guard isSameLife else {
                banAgain(placement, at: now)
                continue
            }
            let missed = sights[jail]?.missed[placement.address] ?? now
            sights[jail]?.missed[placement.address] = missed
            if now - missed >= JailSight.doubt {
                yield(placement, at: now)
            } else {
                sights[jail]?.want(at: missed + JailSight.doubt)
            }
        }
    }

    /// What is listed is freed at once, and what was missed often enough in one life of the jail is free.
    private mutating func decideUnfound(in jail: Jail, _ names: Set<Address>, isSameLife: Bool, at now: Timestamp) {
        for (placement, known) in unfound.sorted(by: { $0.key < $1.key }) where placement.jail == jail {
            if names.contains(placement.address) {
                unfound[placement]?.isListed(at: now)
            } else if !isSameLife {
                unfound[placement]?.beginAnew(at: now)
            } else if known.isFree {
                note(.released, placement, at: now)
            }
            review(placement, at: now)
        }
    }

    /// It is not banned any more, and nobody wanted that.
    private mutating func banAgain(_ placement: Subject, at now: Timestamp) {
        guard decision(on: placement, at: now) != nil else {
            // What is to be freed is freed all the same, as its jail may be restoring it. Whoever wants it banned before
            // that has not found it freed by a person.
            renewing.insert(placement)
            return
        }
        // A jail that restores it yet must not hold it unknown to the ledger; in a shared one it would be fail2ban's own.
        note(settings.target == .same ? .released : .intended, placement, at: now)
        forgetEnd(of: placement)
        emit(.note(.missing(placement)))
        review(placement, at: now)
    }

    /// A person freed it here.
    mutating func yield(_ placement: Subject, at now: Timestamp) {
        let witnesses = witnesses(for: placement, at: now)
        record(LedgerRecord(placement, .yielded, at: now, witnesses: witnesses))
        emit(.note(.yielded(placement)))
        review(placement, at: now)
    }
}

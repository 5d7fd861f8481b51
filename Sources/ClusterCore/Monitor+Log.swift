internal import BanModel

/// What a line of the log means.
extension Monitor {
    mutating func take(_ record: LogRecord, at now: Timestamp) {
        switch record.event {
        case .serverStopping, .serverStarting:
            for jail in jails.keys { jails[jail]?.begin(at: now, isStopped: record.event == .serverStopping) }
            forgetHolds(in: nil)
            if record.event == .serverStarting { questions.want(.jails, at: now) }
        case .jail(let jail, let event):
            guard !settings.ignoredJails.contains(jail) else { return }
            take(event, in: jail, time: record.time, at: now)
        }
    }

    /// What fail2ban's action wrote.
    ///
    /// It is another source than the log: what both say of one ban are two reports of one witness, and fail2ban's answers
    /// decide on both alike. It does not count towards the jail's bans, since the log's line does.
    mutating func take(_ ban: SpooledBan, at now: Timestamp) {
        guard !settings.ignoredJails.contains(ban.subject.jail) else { return }
        notice(ban.subject.jail, at: now)
        banned(HostClaim(.action, ban.subject), Sighting(time: ban.time, bantime: .some(ban.bantime)), at: now)
    }

    private mutating func notice(_ jail: Jail, at now: Timestamp) {
        guard jails[jail] == nil else { return }
        jails[jail] = JailLife(at: now)
        questions.want(.bantime(jail), at: now)
        questions.want(.status(jail), at: now)
    }

    private mutating func take(_ event: LogRecord.JailEvent, in jail: Jail, time: Timestamp, at now: Timestamp) {
        notice(jail, at: now)
        switch event {
        case .banned(let address):
            jails[jail]?.counted(at: time)
            banned(HostClaim(.log, Subject(jail, address)), Sighting(time: time), at: now)
        case .restored(let address):
            restored(Subject(jail, address), time: time, at: now)
        case .increased(let address, let until):
            increased(Subject(jail, address), until: until, time: time, at: now)
        case .unbanned(let address):
            unbanned(Subject(jail, address), time: time, at: now)
        case .bannedAlready(let address):
            bannedAlready(Subject(jail, address), time: time, at: now)
            questions.want(.bans(jail), at: now)
        case .repealed:
            guard jails[jail]?.isStopped == false else {
                // One line for each of 100,000 bans says it once, but for the time.
                jails[jail]?.stillStops(at: now)
                return
            }
            jails[jail]?.begin(at: now, isStopped: true)
            forgetHolds(in: jail)
        case .stopped:
            jails[jail]?.begin(at: now, isStopped: true)
            forgetHolds(in: jail)
        case .started:
            jails[jail]?.begin(at: now)
            forgetHolds(in: jail)
            questions.want(.jails, at: now)
            questions.want(.bantime(jail), at: now)
            questions.want(.bans(jail), at: now)
        }
    }

    mutating func banned(_ claim: HostClaim, _ sighting: Sighting, at now: Timestamp) {
        let time = sighting.time
        let seen = min(time, now)
        switch echo.verdict(on: claim.subject, from: seen, to: time) {
        case .ours: return
        case .undecided:
            undecided[claim] = sighting
            return
        case .local: break
        }
        let life = jails[claim.jail]
        var until = seen + (sighting.bantime.map { $0 ?? .microseconds(Int64.max) } ?? bantime(in: life))
        if let known = table[claim], let increased = known.increasedAt, abs(increased - time) <= .seconds(10) {
            until = max(until, known.state.until)
        }
        guard until > now else {
            // Read late, so that it began and ended while nobody looked; or the log is in another zone.
            questions.want(.status(claim.jail), at: now)
            return
        }
        report(claim, until: until, since: time, at: now) { [started] report in
            if sighting.bantime == nil, life?.bantime == nil { report.guessedFrom = time }
            if let life, life.holds(time, since: started) { report.isSeen(in: life, at: now) }
        }
    }

    /// Its end has moved, and by the time of asking fail2ban may be stopped.
    private mutating func bannedAlready(_ subject: Subject, time: Timestamp, at now: Timestamp) {
        let until = min(time, now) + bantime(of: subject.jail)
        for claim in claims(on: subject) where table[claim].map({ until > $0.state.until }) ?? false {
            report(claim, until: until, since: time, at: now)
            if jails[subject.jail]?.bantime == nil { table[claim]?.guessedFrom = time }
            see(claim, inLineOf: time, at: now)
        }
    }

    private mutating func restored(_ subject: Subject, time: Timestamp, at now: Timestamp) {
        guard let life = jails[subject.jail] else { return }
        let known = claims(on: subject)
        let isOfThisLife = known.contains { table[$0]?.life == life.number }
        if isOfThisLife || life.lastUnban != nil || now > life.settled {
            // What was listed or unbanned in this life is restored only in the next one: the stop and the start were not
            // logged. An unban that was a person's, while bans were restored, is found out once they are.
            jails[subject.jail]?.begin(at: now)
            emit(.jailRestarted(subject.jail))
            forgetHolds(in: subject.jail)
        }
        jails[subject.jail]?.restored(at: now)
        jails[subject.jail]?.counted(at: time)
        for claim in known { see(claim, inLineOf: time, at: now) }
        if known.isEmpty { questions.want(.bans(subject.jail), at: now + Self.doubt) }
    }

    private mutating func increased(_ subject: Subject, until: Timestamp, time: Timestamp, at now: Timestamp) {
        guard until > now, echo.verdict(on: subject, from: time, to: time) == .local else { return }
        for claim in Set(claims(on: subject)).union([HostClaim(.log, subject)]).sorted() {
            report(claim, until: until + Self.cut, since: time, at: now)
            table[claim]?.increasedAt = time
            see(claim, inLineOf: time, at: now)
        }
    }

    private mutating func unbanned(_ subject: Subject, time: Timestamp, at now: Timestamp) {
        for source in Origin.Source.ofMonitor { undecided[HostClaim(source, subject)] = nil }
        for claim in claims(on: subject) {
            guard let known = table[claim] else { continue }
            if min(time, now) + Self.slack >= known.state.until {
                end(claim)
                continue
            }
            if canAsk { questions.want(.status(subject.jail), at: now) }
            guard jails[subject.jail]?.isStopped == false else { continue }
            table[claim]?.heldSince = now
            jails[subject.jail]?.lastUnban = now
            if !canAsk { deadlines.add(claim, at: now + Self.unasked) }
        }
    }

    /// A line says that fail2ban holds it; one that we read late may be of an earlier life of the jail.
    private mutating func see(_ claim: HostClaim, inLineOf time: Timestamp, at now: Timestamp) {
        guard jails[claim.jail]?.holds(time, since: started) == true else { return }
        see(claim, at: now)
    }

    /// fail2ban holds it, in this life of its jail.
    mutating func see(_ claim: HostClaim, at now: Timestamp) {
        table[claim]?.isSeen(in: jails[claim.jail], at: now)
    }

    /// A stop explains every `Unban` before it.
    mutating func forgetHolds(in jail: Jail?) {
        for (claim, report) in table
        where (jail == nil || claim.jail == jail) && (report.missedAt != nil || report.heldSince != nil) {
            table[claim]?.missedAt = nil
            table[claim]?.heldSince = nil
        }
    }

    func bantime(of jail: Jail) -> Duration { bantime(in: jails[jail]) }

    private func bantime(in life: JailLife?) -> Duration {
        let known = life?.bantime ?? settings.bantime
        return known ?? .microseconds(Int64.max)
    }
}

private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }

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

    private mutating func take(_ event: LogRecord.JailEvent, in jail: Jail, time: Timestamp, at now: Timestamp) {
        if jails[jail] == nil {
            jails[jail] = JailLife(at: now)
            questions.want(.bantime(jail), at: now)
            questions.want(.status(jail), at: now)
        }
        switch event {
        case .banned(let address):
            jails[jail]?.counted(at: time)
            banned(Subject(jail, address), time: time, at: now)
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
            guard jails[jail]?.isStopped == false else { return }  // one line for each of 100,000 bans says it once
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

    private mutating func banned(_ subject: Subject, time: Timestamp, at now: Timestamp) {
        let seen = min(time, now)
        switch echo.verdict(on: subject, from: seen, to: time) {
        case .ours: return
        case .undecided:
            undecided[subject] = time
            return
        case .local: break
        }
        var until = seen + bantime(of: subject.jail)
        if let known = table[subject], let increased = known.increasedAt, abs(increased - time) <= .seconds(10) {
            until = max(until, known.state.until)
        }
        guard until > now else {
            // Read late, so that it began and ended while nobody looked; or the log is in another zone.
            questions.want(.status(subject.jail), at: now)
            return
        }
        report(subject, until: until, since: time, at: now)
        if jails[subject.jail]?.bantime == nil { table[subject]?.guessedFrom = time }
        see(subject, at: now)
    }

    /// Its end has moved, and by the time of asking fail2ban may be stopped.
    private mutating func bannedAlready(_ subject: Subject, time: Timestamp, at now: Timestamp) {
        let until = min(time, now) + bantime(of: subject.jail)
        guard let known = table[subject], until > known.state.until else { return }
        report(subject, until: until, since: time, at: now)
        if jails[subject.jail]?.bantime == nil { table[subject]?.guessedFrom = time }
        see(subject, at: now)
    }

    private mutating func restored(_ subject: Subject, time: Timestamp, at now: Timestamp) {
        guard let life = jails[subject.jail] else { return }
        if table[subject]?.life == life.number || now > life.settled {
            // What was listed in this life is restored only in the next one: the stop and the start were not logged.
            jails[subject.jail]?.begin(at: now)
            emit(.jailRestarted(subject.jail))
            forgetHolds(in: subject.jail)
        } else if life.lastUnban != nil {
            jails[subject.jail]?.lastUnban = nil
            forgetHolds(in: subject.jail)
        }
        jails[subject.jail]?.restored(at: now)
        jails[subject.jail]?.counted(at: time)
        if table[subject] != nil {
            see(subject, at: now)
        } else {
            questions.want(.bans(subject.jail), at: now + Self.doubt)
        }
    }

    private mutating func increased(_ subject: Subject, until: Timestamp, time: Timestamp, at now: Timestamp) {
        guard until > now, echo.verdict(on: subject, from: time, to: time) == .local else { return }
        report(subject, until: until + Self.cut, since: time, at: now)
        table[subject]?.increasedAt = time
        see(subject, at: now)
    }

    private mutating func unbanned(_ subject: Subject, time: Timestamp, at now: Timestamp) {
        undecided[subject] = nil
        guard let known = table[subject] else { return }
        if min(time, now) + Self.slack >= known.state.until {
            end(subject)
            return
        }
        if canAsk { questions.want(.status(subject.jail), at: now) }
        guard jails[subject.jail]?.isStopped == false else { return }
        table[subject]?.heldSince = now
        jails[subject.jail]?.lastUnban = now
        if !canAsk { deadlines.add(subject, at: now + Self.unasked) }
    }

    /// fail2ban holds it, in this life of its jail.
    mutating func see(_ subject: Subject, at now: Timestamp) {
        table[subject]?.life = jails[subject.jail]?.number ?? 0
        table[subject]?.seenAt = now
        table[subject]?.heldSince = nil
        table[subject]?.missedAt = nil
    }

    /// A stop explains every `Unban` before it.
    mutating func forgetHolds(in jail: Jail?) {
        for (subject, report) in table
        where (jail == nil || subject.jail == jail) && (report.missedAt != nil || report.heldSince != nil) {
            table[subject]?.missedAt = nil
            table[subject]?.heldSince = nil
        }
    }

    func bantime(of jail: Jail) -> Duration {
        let known = jails[jail]?.bantime ?? settings.bantime
        return known ?? .microseconds(Int64.max)
    }
}

private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }

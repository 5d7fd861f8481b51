internal import BanModel

/// What fail2ban's answers mean.
extension Monitor {
    mutating func take(
        _ answer: Answer, to question: Question, asked: Timestamp, isLogRead: Bool, at now: Timestamp
    ) {
        if case .impossible = answer {} else { canAsk = settings.asks }
        if case .bans(let jail) = question { endsWaited(in: jail, at: now) }
        switch (question, answer) {
        case (.jails, .jails(let names)):
            for jail in names where !settings.ignoredJails.contains(jail) {
                if jails[jail] == nil { jails[jail] = JailLife(at: now) }
                questions.want(.bantime(jail), at: now)
                questions.want(.bans(jail), at: now)
                if jails[jail]?.total == nil { questions.want(.status(jail), at: now) }
            }
            questions.want(.jails, at: now + Self.sweep)
        case (.bantime(let jail), .bantime(let time)):
            jails[jail, default: JailLife(at: now)].bantime = .some(time)
            reviseGuesses(in: jail, at: now)
        case (.bans(let jail), .bans) where jails[jail]?.isMeant(asked: asked, at: now) == false,
            (.status(let jail), .status) where jails[jail]?.isMeant(asked: asked, at: now) == false:
            // Of an earlier life of the jail: what it lists need not be restored yet.
            questions.want(question, at: now + Self.doubt)
        case (.bans(let jail), .bans(let list)):
            take(list, in: jail, asked: asked, at: now)
            let names = Set(list.map(\.address))
            if isLogRead { miss(in: jail, notListedIn: names, asked: asked, isSure: false, at: now) }
        case (.status(let jail), .status(let names, let total)):
            if jails[jail, default: JailLife(at: now)].take(total: total, asked: asked, at: now) == false {
                forgetHolds(in: jail)
                emit(.jailRestarted(jail))
            }
            for address in names { see(Subject(jail, address), listedInAnswerTo: asked, at: now) }
            if names.contains(where: { isUnknown(Subject(jail, $0), asked: asked, at: now) }) {
                questions.want(.bans(jail), at: now)
            }
            if isLogRead { miss(in: jail, notListedIn: names, asked: asked, isSure: true, at: now) }
        case (.status(let jail), .noSuchJail), (.bans(let jail), .noSuchJail), (.bantime(let jail), .noSuchJail):
            jails[jail]?.begin(at: now)
            forgetHolds(in: jail)
            if !table.keys.contains(where: { $0.jail == jail }) {
                jails[jail] = nil
                questions.forget(.bantime(jail))
                questions.forget(.bans(jail))
                questions.forget(.status(jail))
            }
        case (_, .notRunning(let reason)):
            for jail in jails.keys { jails[jail]?.begin(at: now) }
            forgetHolds(in: nil)
            emit(.noAnswer(question, reason: reason))
        case (_, .impossible(let reason)):
            if canAsk { emit(.cannotAsk(reason: reason)) }
            canAsk = false
            for (subject, report) in table where report.heldSince != nil {
                deadlines.add(subject, at: now + Self.unasked)
            }
        case (_, .unclear(let reason)):
            emit(.noAnswer(question, reason: reason))
        default:
            emit(.noAnswer(question, reason: "fail2ban answered something else"))
        }
    }

    /// The list with its ends: what is not known is reported, what ends at another time gets a new version.
    private mutating func take(_ list: [ListedBan], in jail: Jail, asked: Timestamp, at now: Timestamp) {
        for ban in list {
            let subject = Subject(jail, ban.address)
            let isOver = ban.until <= now
            // fail2ban frees a second after the end, or when it has time: later, the end is by another clock than ours.
            if isOver, now < ban.until + Self.grace { continue }
            let latest = isOver ? now + Self.quarter : ban.until + Self.cut
            guard let known = table[subject] else {
                // Ours can outlive its interval: a ban of which nobody can say whose it is is never lifted.
                if isUnknown(subject, asked: asked, at: now),
                    echo.verdict(on: subject, from: ban.since, to: ban.since + Self.cut) == .local
                {
                    report(subject, until: latest, since: now, at: now)
                    see(subject, listedInAnswerTo: asked, at: now)
                }
                continue
            }
            let isNews =
                isOver ? known.state.until <= now + Self.lead : !(ban.until...latest).contains(known.state.until)
            if known.reckonedAt <= asked, isNews {
                report(subject, until: latest, since: now, at: now)
            }
            see(subject, listedInAnswerTo: asked, at: now)
        }
    }

    /// The answer for which some ends have waited is there; what it prolongs is looked at again with its new end.
    private mutating func endsWaited(in jail: Jail, at now: Timestamp) {
        for (subject, report) in table where subject.jail == jail && report.state.until <= now {
            deadlines.add(subject, at: now)
        }
    }

    /// The jail's bantime is known: so are the ends of the bans whose lines were read before, list or no list.
    private mutating func reviseGuesses(in jail: Jail, at now: Timestamp) {
        for (subject, known) in table.sorted(by: { $0.key < $1.key }) where subject.jail == jail {
            guard let begun = known.guessedFrom else { continue }
            report(subject, until: begun + bantime(of: jail), since: now, at: now)
        }
    }

    /// An answer can be older than the `Unban` that was read meanwhile.
    private mutating func see(_ subject: Subject, listedInAnswerTo asked: Timestamp, at now: Timestamp) {
        guard let known = table[subject], known.heldSince.map({ $0 <= asked }) ?? true else { return }
        see(subject, at: now)
    }

    private func isUnknown(_ subject: Subject, asked: Timestamp, at now: Timestamp) -> Bool {
        table[subject] == nil && NeverBanned.reason(subject.address, ignored: settings.ignored) == nil
            && echo.verdict(on: subject, from: asked, to: now) == .local
    }

    /// A running jail does not list these: lifted, once that is certain.
    ///
    /// - Parameter isSure: whether the answer says too that it is the same life of the jail.
    private mutating func miss(
        in jail: Jail, notListedIn names: Set<Address>, asked: Timestamp, isSure: Bool, at now: Timestamp
    ) {
        guard let life = jails[jail] else { return }
        let missing = table.filter { $0.key.jail == jail && !names.contains($0.key.address) }
        for (subject, report) in missing.sorted(by: { $0.key < $1.key }) {
            // Banned or seen after the question was asked, or about to end by itself.
            guard report.seenAt <= asked, report.state.until - Self.slack > now else { continue }
            guard report.life == life.number || now >= life.settled else {
                questions.want(.status(jail), at: life.settled)
                continue
            }
            guard isSure, let missed = report.missedAt, asked - missed >= Self.doubt else {
                if report.missedAt == nil { table[subject]?.missedAt = now }
                questions.want(.status(jail), at: (report.missedAt ?? now) + Self.doubt)
                continue
            }
            lift(subject, at: now)
        }
    }

    /// What time brings for one report.
    mutating func attend(_ subject: Subject, at now: Timestamp) {
        guard let report = table[subject] else { return prune(subject, at: now) }
        if now >= report.state.until {
            attendEnd(of: subject, report, at: now)
        } else if !canAsk, report.heldSince != nil, let last = jails[subject.jail]?.lastUnban {
            // A stop with slow actions is logged after its last `Unban`.
            if now >= last + Self.unasked {
                lift(subject, at: now)
            } else {
                deadlines.add(subject, at: last + Self.unasked)
            }
        } else {
            if canAsk, now >= report.state.until - Self.lead { questions.want(.bans(subject.jail), at: now) }
            watch(subject, report, at: now)
        }
    }

    /// An end that is over: told at once, unless fail2ban is about to say more.
    private mutating func attendEnd(of subject: Subject, _ report: LiveReport, at now: Timestamp) {
        let found = report.overdueSince ?? now
        let question = Question.bans(subject.jail)
        // Found late: nobody looked, or the clock jumped, and so it has not been asked.
        let isLate = found - report.state.until > Self.grace
        if canAsk, isLate, report.overdueSince == nil { questions.want(question, at: now) }
        table[subject]?.overdueSince = found
        let limit = isLate ? found + Self.settling : report.state.until + Self.grace
        let isOpen = questions.isUnderway(question) || isLate && questions.isWanted(question)
        if canAsk, isOpen, now < limit {
            deadlines.add(subject, at: limit)
        } else {
            end(subject)
        }
    }

    mutating func take(_ record: LedgerRecord, at now: Timestamp) {
        echo.note(record)
        guard let time = undecided[record.subject], record.step != .intended else { return }
        undecided[record.subject] = nil
        if record.step == .foreign || record.step == .logged {
            take(LogRecord(time: time, event: .jail(record.subject.jail, .banned(record.subject.address))), at: now)
        } else if record.step == .released {
            questions.want(.bans(record.subject.jail), at: now + Self.doubt)
        }
    }
}

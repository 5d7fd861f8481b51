internal import BanModel

/// What fail2ban's answers mean.
extension Monitor {
    mutating func take(
        _ answer: Answer, to question: Question, asked: Timestamp, isLogRead: Bool, at now: Timestamp
    ) {
        if case .impossible = answer {} else { canAsk = settings.asks }
        if case .bans(let jail) = question { endsWaited(in: jail, at: now) }
        if let jail = question.jail, answer.isList, jails[jail]?.isAway == true {
            // It was found away up to a minute ago, and has started since: what it lists it may still be restoring.
            jails[jail]?.begin(at: now)
        }
        switch (question, answer) {
        case (.jails, .jails(let names)):
            for jail in names where !settings.ignoredJails.contains(jail) {
                if jails[jail] == nil { jails[jail] = JailLife(at: now) }
                questions.want(.bantime(jail), at: now)
                questions.want(.bans(jail), at: now)
                if jails[jail]?.total == nil { questions.want(.status(jail), at: now) }
            }
            for jail in jails.keys.filter({ !names.contains($0) }).sorted()
            where jails[jail]?.isMeant(asked: asked, at: now) == true {
                isGone(jail, at: now)
            }
            questions.want(.jails, at: now + Self.sweep)
        case (.bantime(let jail), .bantime(let time)):
            jails[jail, default: JailLife(at: now)].bantime = .some(time)
            reviseGuesses(in: jail, at: now)
        case (.bans(let jail), .bans) where jails[jail]?.isMeant(asked: asked, at: now) == false,
            (.status(let jail), .status) where jails[jail]?.isMeant(asked: asked, at: now) == false,
            (.status(let jail), .status) where jails[jail]?.wasAsked == false:
            // Of an earlier life of the jail: what it lists need not be restored yet.
            questions.want(question, at: now + Self.doubt)
        case (.bans(let jail), .bans(let list)):
            take(list, in: jail, asked: asked, at: now)
            let names = Set(list.map(\.address))
            jails[jail]?.take(listed: names.count, asked: asked)
            if isLogRead { miss(in: jail, notListedIn: names, asked: asked, isSure: false, at: now) }
        case (.status(let jail), .status(let names, let total)):
            if jails[jail, default: JailLife(at: now)].take(total: total, asked: asked, at: now) == false {
                forgetHolds(in: jail)
                emit(.jailRestarted(jail))
            }
            for claim in names.flatMap({ claims(on: Subject(jail, $0)) }) {
                see(claim, listedInAnswerTo: asked, at: now)
            }
            if names.contains(where: { isUnknown(Subject(jail, $0), asked: asked, at: now) }) {
                questions.want(.bans(jail), at: now)
            }
            if isLogRead { miss(in: jail, notListedIn: names, asked: asked, isSure: true, at: now) }
        case (.status(let jail), .noSuchJail), (.bans(let jail), .noSuchJail), (.bantime(let jail), .noSuchJail):
            isGone(jail, at: now)
        case (_, .notRunning(let reason)):
            for jail in jails.keys { jails[jail]?.begin(at: now, isAway: true) }
            forgetHolds(in: nil)
            emit(.noAnswer(question, reason: reason))
        case (_, .impossible(let reason)):
            if canAsk { emit(.cannotAsk(reason: reason)) }
            canAsk = false
            for claim in table.filter({ $0.value.heldSince != nil }).map(\.key).sorted() {
                deadlines.add(claim, at: now + Self.unasked)
            }
        case (_, .unclear(let reason)):
            emit(.noAnswer(question, reason: reason))
        default:
            emit(.noAnswer(question, reason: "fail2ban answered something else"))
        }
    }

    /// fail2ban runs, and has no such jail now: it is being restarted, or was taken away.
    private mutating func isGone(_ jail: Jail, at now: Timestamp) {
        jails[jail]?.begin(at: now, isAway: true)
        forgetHolds(in: jail)
        guard !table.keys.contains(where: { $0.jail == jail }) else { return }
        jails[jail] = nil
        questions.forget(.bantime(jail))
        questions.forget(.bans(jail))
        questions.forget(.status(jail))
    }

    /// The list with its ends: what is not known is reported, what ends at another time gets a new version.
    private mutating func take(_ list: [ListedBan], in jail: Jail, asked: Timestamp, at now: Timestamp) {
        for ban in list {
            let subject = Subject(jail, ban.address)
            let isOver = ban.until <= now
            // fail2ban frees a second after the end, or when it has time: later, the end is by another clock than ours.
            if isOver, now < ban.until + Self.grace { continue }
            let latest = isOver ? now + Self.quarter : ban.until + Self.cut
            // Ours can outlive its interval: a ban of which nobody can say whose it is is never lifted.
            if isUnknown(subject, asked: asked, at: now),
                echo.verdict(on: subject, from: ban.since, to: ban.since + Self.cut) == .local
            {
                let claim = HostClaim(.log, subject)
                report(claim, until: latest, since: now, at: now)
                see(claim, listedInAnswerTo: asked, at: now)
                continue
            }
            for claim in claims(on: subject) {
                guard let known = table[claim] else { continue }
                let isNews =
                    isOver ? known.state.until <= now + Self.lead : !(ban.until...latest).contains(known.state.until)
                let isCovered = ban.since <= Timestamp(microseconds: known.state.version) + Self.cut
                if known.isPardoned, isCovered, !isOver, ban.until <= known.state.until + Self.grace {
                    // What a pardon covers; a later end is that of a new failure, a later beginning that of a new ban.
                    table[claim]?.state.until = latest
                    watch(claim, known, at: now)
                } else if known.reckonedAt <= asked, isNews {
                    report(claim, until: latest, since: now, at: now)
                }
                see(claim, listedInAnswerTo: asked, at: now)
            }
        }
    }

    /// The answer for which some ends have waited is there; what it prolongs is looked at again with its new end.
    private mutating func endsWaited(in jail: Jail, at now: Timestamp) {
        for claim in table.filter({ $0.key.jail == jail && $0.value.state.until <= now }).map(\.key).sorted() {
            deadlines.add(claim, at: now)
        }
    }

    /// The jail's bantime is known: so are the ends of the bans whose lines were read before, list or no list.
    private mutating func reviseGuesses(in jail: Jail, at now: Timestamp) {
        for (claim, known) in table.sorted(by: { $0.key < $1.key }) where claim.jail == jail {
            guard let begun = known.guessedFrom else { continue }
            let until = begun + bantime(of: jail)
            if known.isPardoned {
                table[claim]?.state.until = until
                table[claim]?.guessedFrom = nil
            } else {
                report(claim, until: until, since: now, at: now)
            }
        }
    }

    /// An answer can be older than the `Unban` that was read meanwhile.
    private mutating func see(_ claim: HostClaim, listedInAnswerTo asked: Timestamp, at now: Timestamp) {
        guard let known = table[claim], known.heldSince.map({ $0 <= asked }) ?? true else { return }
        see(claim, at: now)
        // A jail that is being stopped still lists what its next life has to restore.
        if jails[claim.jail]?.isStopped == true { table[claim]?.life = 0 }
    }

    private func isUnknown(_ subject: Subject, asked: Timestamp, at now: Timestamp) -> Bool {
        claims(on: subject).isEmpty && NeverBanned.reason(subject.address, ignored: settings.ignored) == nil
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
        for (claim, report) in missing.sorted(by: { $0.key < $1.key }) {
            // Banned or seen after the question was asked, or about to end by itself.
            guard report.seenAt <= asked, report.state.until - Self.slack > now else { continue }
            guard report.life == life.number || now >= life.settled else {
                questions.want(.status(jail), at: life.settled)
                continue
            }
            guard isSure, let missed = report.missedAt, asked - missed >= Self.doubt else {
                if report.missedAt == nil { table[claim]?.missedAt = now }
                questions.want(.status(jail), at: (report.missedAt ?? now) + Self.doubt)
                continue
            }
            lift(claim, at: now)
        }
    }
}

extension Question {
    /// The jail that it is about; nil for all of them.
    fileprivate var jail: Jail? {
        switch self {
        case .jails: nil
        case .bantime(let jail), .bans(let jail), .status(let jail): jail
        }
    }
}

extension Answer {
    /// Whether it says who is banned.
    fileprivate var isList: Bool {
        switch self {
        case .bans, .status: true
        default: false
        }
    }
}

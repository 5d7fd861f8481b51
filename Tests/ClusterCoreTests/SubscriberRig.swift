import BanModel
import ClusterCore

let own = Jail("fail2bancluster")!

/// A subscriber's core whose acts wait until the test says what came of them.
struct SubscriberRig {
    var subscriber: Subscriber
    var now = start
    var acts: [Subscriber.Act] = []
    var ledger: [LedgerRecord] = []
    var reports: [Report] = []
    var levels: [FriendLevel] = []
    var notes: [Subscriber.Note] = []
    var settings: Subscriber.Settings
    /// Whether looks at the jail are answered by themselves: it holds what the ledger says.
    var holdsAll = true
    /// Whether the log action's lines are written at once.
    var writes = false
    var lines: [String] = []

    init(
        _ target: Subscriber.Settings.Target = .own(own), prefix: String = "", ignored: [Address] = [],
        bantime: Duration = .seconds(86_400), hearsOldForm: Bool = true, hubs: Int = 1
    ) {
        settings = Subscriber.Settings(
            host: Host("b")!, target: target, prefixFilter: prefix, ignored: ignored, bantime: bantime, hubs: hubs,
            hearsOldForm: hearsOldForm)
        subscriber = Subscriber(settings: settings)
    }

    mutating func restart() {
        subscriber = Subscriber(settings: settings, reports: reports, levels: levels, records: ledger)
        acts = []
        carryOut(subscriber.start(at: now))
    }

    mutating func carryOut(_ effects: [Subscriber.Effect]) {
        for effect in effects {
            switch effect {
            case .ledger(let record): ledger.append(record)
            case .replica(let report): reports.append(report)
            case .trust(let level): levels.append(level)
            case .act(.ask(.bans(let jail))) where holdsAll: answerLook(at: jail)
            case .act(.write(let announcements)) where writes:
                lines += announcements.map(\.description)
                carryOut(subscriber.done(with: .changed(announcements.count), at: now))
            case .act(let act): acts.append(act)
            case .note(let note): notes.append(note)
            }
        }
    }

    /// What the ledger says is held in this jail.
    func held(in jail: Jail) -> Set<Address> {
        var held: Set<Address> = []
        for record in ledger where record.subject.jail == jail {
            switch record.step {
            case .held: held.insert(record.subject.address)
            case .released, .yielded, .foreign, .unclear, .pardoned: held.remove(record.subject.address)
            case .intended, .logged: break
            }
        }
        return held
    }

    private mutating func answerLook(at jail: Jail) {
        let held = held(in: jail)
        let list = held.map { ListedBan(address: $0, since: now, until: .forever) }
        var effects = subscriber.done(with: .bans(list), at: now)
        let question = effects.firstIndex(of: .act(.ask(.status(jail))))
        if let question { effects.remove(at: question) }
        carryOut(effects)
        if question != nil { carryOut(subscriber.done(with: .status(banned: held, total: held.count), at: now)) }
    }

    /// Answers what waits for an empty jail that has made so many bans.
    mutating func answerLooks(total: Int) {
        while case .ask(let question)? = acts.first {
            if case .status = question { answer(.status(banned: [], total: total)) } else { answer(.bans([])) }
        }
    }

    mutating func hear(_ text: String, _ action: Announcement.Action, from host: String = "a", jail: Jail = sshd) {
        now = now + .milliseconds(1)
        let announcement = Announcement(Host(host)!, Subject(jail, address(text)), action)
        carryOut(subscriber.heard(announcement, at: now))
    }

    /// The addresses whose last line says that they are banned.
    var bannedLines: Set<String> {
        var banned: Set<String> = []
        for fields in lines.map({ $0.split(separator: "|").map(String.init) }) {
            if fields[2] == "Ban" { banned.insert(fields[3]) } else { banned.remove(fields[3]) }
        }
        return banned
    }

    mutating func wait(until seconds: Double) { wait(Double((.at(seconds) - now).microseconds) / 1e6) }

    /// Lets time pass, with every deadline on the way in its turn.
    mutating func wait(_ seconds: Double) {
        let end = now + .seconds(seconds)
        while let next = subscriber.nextDeadline, next <= end {
            now = max(now, next)
            carryOut(subscriber.advance(to: now))
        }
        jump(to: end)
    }

    /// The clock shows another time, without a moment passing.
    mutating func jump(to time: Timestamp) {
        now = time
        carryOut(subscriber.advance(to: now))
    }

    /// Answers the act that waits, and returns it.
    @discardableResult
    mutating func answer(_ answer: Answer, after seconds: Double = 0.1) -> Subscriber.Act? {
        guard !acts.isEmpty else { return nil }
        let act = acts.removeFirst()
        now = now + .seconds(seconds)
        carryOut(subscriber.done(with: answer, at: now))
        return act
    }

    /// Carries out the instruction that waits, whole. Returns how many addresses it had; nil: none waits.
    mutating func obey(after seconds: (Int) -> Double = { _ in 0.1 }) -> Int? {
        switch acts.first {
        case .instruct(.ban(_, let addresses)), .instruct(.unban(_, let addresses)):
            acts.removeFirst()
            let took = Duration.seconds(seconds(addresses.count))
            now = now + took
            carryOut(subscriber.done(with: .changed(addresses.count), took: took, at: now))
            return addresses.count
        case .ask, .write, .readPacketFilter, .changePacketFilter, nil: return nil
        }
    }
}

func ban(_ texts: String..., in jail: Jail = own) -> Subscriber.Act {
    .instruct(.ban(jail, texts.map(address)))
}
func unban(_ texts: String..., in jail: Jail = own) -> Subscriber.Act {
    .instruct(.unban(jail, texts.map(address)))
}

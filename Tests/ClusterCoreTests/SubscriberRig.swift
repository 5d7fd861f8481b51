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
    var notes: [Subscriber.Note] = []
    var settings: Subscriber.Settings

    init(
        _ target: Subscriber.Settings.Target = .own(own), prefix: String = "", ignored: [Address] = [],
        bantime: Duration = .seconds(86_400)
    ) {
        settings = Subscriber.Settings(
            host: Host("b")!, target: target, prefixFilter: prefix, ignored: ignored, bantime: bantime)
        subscriber = Subscriber(settings: settings)
    }

    mutating func restart() {
        subscriber = Subscriber(settings: settings, reports: reports, records: ledger)
        acts = []
        carryOut(subscriber.start(at: now))
    }

    mutating func carryOut(_ effects: [Subscriber.Effect]) {
        for effect in effects {
            switch effect {
            case .ledger(let record): ledger.append(record)
            case .replica(let report): reports.append(report)
            case .act(let act): acts.append(act)
            case .note(let note): notes.append(note)
            }
        }
    }

    mutating func hear(_ text: String, _ action: Announcement.Action, from host: String = "a", jail: Jail = sshd) {
        now = now + .milliseconds(1)
        let announcement = Announcement(Host(host)!, Subject(jail, address(text)), action)
        carryOut(subscriber.heard(announcement, at: now))
    }

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
}

func ban(_ texts: String..., in jail: Jail = own) -> Subscriber.Act {
    .instruct(.ban(jail, texts.map(address)))
}
func unban(_ texts: String..., in jail: Jail = own) -> Subscriber.Act {
    .instruct(.unban(jail, texts.map(address)))
}

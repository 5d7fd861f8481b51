import BanModel
import ClusterCore
import Testing

@Suite struct SubscriberTests {
    @Test func `a broadcast ban is banned in the own jail, and freed when it is lifted`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        #expect(rig.answer(.changed(1)) == ban("192.0.2.1"))
        rig.hear("192.0.2.1", .unban)
        #expect(rig.answer(.changed(1)) == unban("192.0.2.1"))
        #expect(rig.acts == [])
        #expect(rig.ledger.map(\.step) == [.intended, .held, .released])
    }

    @Test func `the ledger is written before the act`() {
        var rig = SubscriberRig()
        let effects = rig.subscriber.heard(Announcement(Host("a")!, ssh("192.0.2.1"), .ban), at: rig.now)
        let intent = effects.firstIndex { if case .ledger = $0 { true } else { false } }
        let act = effects.firstIndex { if case .act = $0 { true } else { false } }
        #expect(intent! < act!)
    }

    @Test func `this host's own reports are not applied`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban, from: "b")
        #expect(rig.acts == [])
    }

    @Test func `what a person says by hand on this host is applied, since its fail2ban has not done it`() {
        var rig = SubscriberRig()
        rig.carryOut(
            rig.subscriber.heard([report("192.0.2.1", host: "b")], from: 0, epoch: 7, sequence: 1, at: rig.now))
        #expect(rig.acts == [])
        var person = report("192.0.2.1", version: 2, host: "b")
        person.origin.source = .person
        rig.carryOut(rig.subscriber.heard([person], from: 0, epoch: 7, sequence: 2, at: rig.now))
        #expect(rig.answer(.changed(1)) == ban("192.0.2.1"))
        person.state = Report.State(version: person.state.version + 1, isLifted: true, until: person.state.until)
        rig.carryOut(rig.subscriber.heard([person], from: 0, epoch: 7, sequence: 3, at: rig.now))
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `it frees when the last host that vouches stops doing so`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban, from: "a")
        rig.answer(.changed(1))
        rig.hear("192.0.2.1", .ban, from: "c")
        rig.hear("192.0.2.1", .unban, from: "a")
        #expect(rig.acts == [])
        rig.hear("192.0.2.1", .unban, from: "c")
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `a ban ends by itself, without a word from anybody`() {
        var rig = SubscriberRig(bantime: .seconds(600))
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.wait(599)
        #expect(rig.acts == [])
        rig.wait(2)
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `what waits while one act is under way goes together, and what crosses cancels out`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        for last in 2...5 { rig.hear("192.0.2.\(last)", .ban) }
        rig.hear("192.0.2.3", .unban)
        #expect(rig.acts.count == 1)
        rig.answer(.changed(1))
        #expect(rig.acts == [ban("192.0.2.2", "192.0.2.4", "192.0.2.5")])
    }

    @Test func `a ban lifted while it is being made is freed afterwards`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        rig.hear("192.0.2.1", .unban)
        rig.answer(.changed(1))
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test(arguments: [Answer.notRunning("x"), .unclear("x"), .noSuchJail, .impossible("x")])
    func `what fails is tried again, with growing pauses, and never in a circle`(answer: Answer) {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        var pauses: [Double] = []
        for _ in 0..<9 {
            rig.answer(answer)
            #expect(rig.acts == [])
            let pause = rig.subscriber.nextDeadline! - rig.now
            #expect(pause > .zero)
            pauses.append(pause.seconds)
            rig.wait(pause.seconds)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        #expect(rig.answer(.changed(1)) == ban("192.0.2.1"))
        #expect(rig.acts == [])
    }

    @Test func `a jail that is away keeps what is to be freed until it is back`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.1", .unban)
        rig.answer(.noSuchJail)
        rig.wait(1)
        #expect(rig.answer(.changed(1)) == unban("192.0.2.1"))
    }

    @Test func `a jail that is missing holds up no other`() {
        var rig = SubscriberRig(.same)
        rig.hear("192.0.2.1", .ban, jail: Jail("gone")!)
        rig.answer(.noSuchJail)
        rig.hear("192.0.2.2", .ban)
        #expect(rig.acts == [ban("192.0.2.2", in: sshd)])
    }

    @Test func `killed between intent and act, it does the act after all`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        rig.restart()
        #expect(rig.answer(.changed(0)) == ban("192.0.2.1"))
        #expect(rig.ledger.last?.step == .held)
    }

    @Test func `killed and started again, it goes on where it was`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.2", .ban)
        rig.answer(.changed(1))
        rig.restart()
        #expect(rig.acts == [])
        rig.hear("192.0.2.1", .unban)
        #expect(rig.acts == [unban("192.0.2.1")])
        rig.restart()
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `an end that came while it was down is done at its start`() {
        var rig = SubscriberRig(bantime: .seconds(60))
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.now = rig.now + .seconds(3600)
        rig.restart()
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `schedule 24: what the local fail2ban banned first is not ours, and never lifted by us`() {
        var rig = SubscriberRig(.same)
        rig.hear("192.0.2.1", .ban)
        #expect(rig.answer(.changed(0)) == ban("192.0.2.1", in: sshd))
        #expect(rig.ledger.last?.step == .foreign)
        rig.hear("192.0.2.1", .unban)
        #expect(rig.acts == [])
        #expect(rig.ledger.last?.step == .released)
    }

    @Test func `schedule 24: after a crash nobody knows whose ban it is, so it is not lifted`() {
        var rig = SubscriberRig(.same)
        rig.hear("192.0.2.1", .ban)
        rig.restart()
        #expect(rig.answer(.changed(0)) == ban("192.0.2.1", in: sshd))
        #expect(rig.ledger.last?.step == .unclear)
        rig.hear("192.0.2.1", .unban)
        #expect(rig.acts == [])
    }

    @Test func `schedule 24: a lost answer leaves it open whose ban it is`() {
        var rig = SubscriberRig(.same)
        rig.hear("192.0.2.1", .ban)
        rig.answer(.unclear("timed out"))
        rig.wait(1)
        rig.answer(.changed(0))
        #expect(rig.ledger.last?.step == .unclear)
    }

    @Test func `with one jail of the same name each ban is a call of its own`() {
        var rig = SubscriberRig(.same)
        for last in 1...3 { rig.hear("192.0.2.\(last)", .ban) }
        for last in 1...3 { #expect(rig.answer(.changed(1)) == ban("192.0.2.\(last)", in: sshd)) }
    }

    @Test func `schedule 28: a network that is no longer listed is not freed, so nobody inside is`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.0/24", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.7", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.0/24", .unban)
        #expect(rig.answer(.status(banned: [address("192.0.2.7")], total: 2)) == .ask(.status(own)))
        #expect(rig.acts == [])
        #expect(rig.ledger.last?.step == .released)
    }

    @Test func `schedule 28: freeing a listed network bans again what it freed inside`() {
        var rig = SubscriberRig()
        for text in ["192.0.2.0/24", "192.0.2.7", "198.51.100.1"] {
            rig.hear(text, .ban)
            rig.answer(.changed(1))
        }
        rig.hear("192.0.2.0/24", .unban)
        rig.answer(.status(banned: [address("192.0.2.7"), address("192.0.2.0/24")], total: 2))
        #expect(rig.answer(.changed(1)) == unban("192.0.2.0/24"))
        #expect(rig.acts == [ban("192.0.2.7")])
    }

    @Test func `schedule 27: a network and an address inside are each freed at their own time`() {
        for isNetworkFirst in [true, false] {
            var rig = SubscriberRig()
            let (network, inside) = (address("192.0.2.0/24"), address("192.0.2.7"))
            let ends = isNetworkFirst ? (600.0, 1_200.0) : (1_200.0, 600.0)
            let reports = [report("192.0.2.0/24", until: ends.0), report("192.0.2.7", until: ends.1)]
            rig.carryOut(rig.subscriber.heard(reports, from: 0, epoch: 7, sequence: 2, at: rig.now))
            rig.answer(.changed(1))
            rig.answer(.changed(1))
            rig.wait(until: 599)
            #expect(rig.acts == [])
            rig.wait(until: 601)
            if isNetworkFirst {
                #expect(rig.answer(.status(banned: [network, inside], total: 2)) == .ask(.status(own)))
                #expect(rig.answer(.changed(1)) == unban("192.0.2.0/24"))
                // fail2ban has freed whoever was inside.
                #expect(rig.answer(.changed(1)) == ban("192.0.2.7"))
            } else {
                #expect(rig.answer(.changed(1)) == unban("192.0.2.7"))
            }
            rig.wait(until: 1_199)
            #expect(rig.acts == [])
            rig.wait(until: 1_201)
            if isNetworkFirst {
                #expect(rig.answer(.changed(1)) == unban("192.0.2.7"))
            } else {
                #expect(rig.answer(.status(banned: [network], total: 2)) == .ask(.status(own)))
                #expect(rig.answer(.changed(1)) == unban("192.0.2.0/24"))
            }
            #expect(rig.acts == [])
        }
    }

    @Test func `networks are freed alone, addresses together`() {
        var rig = SubscriberRig()
        let texts = ["192.0.2.1", "192.0.2.2", "198.51.100.0/24", "192.0.2.3"]
        for text in texts {
            rig.hear(text, .ban)
            rig.answer(.changed(1))
        }
        rig.hear("203.0.113.9", .ban)  // keeps it busy while the others are lifted
        for text in texts { rig.hear(text, .unban) }
        rig.answer(.changed(1))
        #expect(rig.answer(.changed(3)) == unban("192.0.2.1", "192.0.2.2", "192.0.2.3"))
        #expect(rig.answer(.status(banned: [address("198.51.100.0/24")], total: 5)) == .ask(.status(own)))
        #expect(rig.answer(.changed(1)) == unban("198.51.100.0/24"))
        #expect(rig.acts == [])
    }

    @Test func `what is ignored is never banned, nor is a network around it`() {
        var rig = SubscriberRig(ignored: [address("192.0.2.0/28"), address("198.51.100.7")])
        for text in ["192.0.2.1", "198.51.100.0/24", "127.0.0.1", "0.0.0.0/0"] { rig.hear(text, .ban) }
        #expect(rig.acts == [])
        #expect(rig.notes.filter { if case .neverBanned = $0 { true } else { false } }.count == 4)
        rig.hear("192.0.2.99", .ban)
        #expect(rig.acts == [ban("192.0.2.99")])
    }

    @Test func `the prefix filter decides by host and jail`() {
        var rig = SubscriberRig(prefix: "a|sshd|")
        rig.hear("192.0.2.1", .ban, from: "c")
        rig.hear("192.0.2.2", .ban, jail: Jail("sshd2")!)
        #expect(rig.acts == [])
        rig.hear("192.0.2.3", .ban)
        #expect(rig.acts == [ban("192.0.2.3")])
    }

    @Test func `the log action writes the original's line, once for each jail`() {
        var rig = SubscriberRig(.log)
        rig.hear("192.0.2.1", .ban)
        rig.hear("192.0.2.1", .ban, from: "c")
        rig.hear("192.0.2.1", .ban, jail: Jail("web")!)
        #expect(rig.answer(.changed(1)) == .write([Announcement(Host("a")!, ssh("192.0.2.1"), .ban)]))
        let web = Subject(Jail("web")!, address("192.0.2.1"))
        #expect(rig.answer(.changed(1)) == .write([Announcement(Host("a")!, web, .ban)]))
        #expect(rig.ledger.map(\.step) == [.logged, .logged])
        rig.hear("192.0.2.1", .unban, from: "a")
        #expect(rig.acts == [])
        rig.hear("192.0.2.1", .unban, from: "c")
        #expect(rig.answer(.changed(1)) == .write([Announcement(Host("c")!, ssh("192.0.2.1"), .unban)]))
        #expect(rig.acts == [])
    }

    @Test func `a line that frees names whom the line that banned named, though another vouched before it was written`()
    {
        var rig = SubscriberRig(.log)
        rig.hear("192.0.2.1", .ban)
        rig.hear("192.0.2.1", .ban, from: "c")
        #expect(rig.answer(.changed(1)) == .write([Announcement(Host("a")!, ssh("192.0.2.1"), .ban)]))
        rig.wait(2 * 86_400)
        #expect(rig.answer(.changed(1)) == .write([Announcement(Host("a")!, ssh("192.0.2.1"), .unban)]))
    }

    @Test(arguments: [["a", "c"], ["c", "a"]])
    func `of two that ban for equally long the first by name stands in the line`(hosts: [String]) {
        var rig = SubscriberRig(.log)
        let reports = hosts.map { report("192.0.2.1", host: $0) }
        rig.carryOut(rig.subscriber.heard(reports, from: 0, epoch: 7, sequence: 2, at: rig.now))
        #expect(rig.acts == [.write([Announcement(Host("a")!, ssh("192.0.2.1"), .ban)])])
    }

    @Test func `batches grow while calls are quick, and shrink when they are slow, bans and frees by themselves`() {
        var rig = SubscriberRig()
        rig.settings.startsProgram = false
        rig.restart()
        func sizes(_ calls: Int, _ seconds: @escaping (Int) -> Double) -> [Int] {
            (0..<calls).compactMap { _ in rig.obey(after: seconds) }
        }
        for number in 0..<3000 { rig.hear("198.18.\(number / 250).\(number % 250 + 1)", .ban) }
        #expect(sizes(6) { Double($0) * 0.0001 } == [1, 4, 8, 16, 32, 64])
        let slow = sizes(4) { Double($0) * 0.01 }
        #expect(slow[0] == 128 && slow[1...].allSatisfy { $0 <= 12 })
        while rig.obey(after: { Double($0) * 0.01 }) != nil {}
        for number in 0..<100 { rig.hear("198.18.0.\(number + 1)", .unban) }
        #expect(sizes(3) { Double($0) * 0.0001 } == [1, 4, 8])
    }

    @Test func `a snapshot of the ledger is read as the ledger`() {
        var rig = SubscriberRig(.same)
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.2", .ban)
        rig.answer(.changed(0))
        rig.hear("192.0.2.3", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.3", .unban)
        rig.answer(.changed(1))
        let snapshot = rig.subscriber.ledgerSnapshot(at: rig.now)
        let again = Subscriber(settings: rig.settings, records: snapshot)
        #expect(again.ledgerSnapshot(at: rig.now) == snapshot)
        #expect(snapshot.map(\.step) == [.intended, .released, .intended, .held, .intended, .foreign])
    }
}

import BanModel
import Testing

@testable import ClusterCore

/// Whose ban it is, other actions than yesterday's, clocks that jump, and what must not grow.
@Suite(.timeLimit(.minutes(10))) struct SubscriberDoubtTests {
    @Test func `schedule 24: killed between intent and act, it does the act after all`() {
        var rig = SubscriberRig(.same)
        rig.hear("192.0.2.1", .ban)
        rig.restart()
        #expect(rig.answer(.changed(1)) == ban("192.0.2.1", in: sshd))
        #expect(rig.ledger.last?.step == .held)
        rig.hear("192.0.2.1", .unban)
        #expect(rig.acts == [unban("192.0.2.1", in: sshd)])
    }

    @Test func `schedule 24: what is lifted before the intent came to anything is not freed`() {
        for answer in [Answer.unclear("timed out"), .notRunning("x"), .impossible("x"), .noSuchJail] {
            var rig = SubscriberRig(.same)
            rig.hear("192.0.2.1", .ban)
            rig.answer(answer)
            // Meanwhile fail2ban bans it itself.
            rig.hear("192.0.2.1", .unban)
            rig.wait(100)
            #expect(rig.acts == [], "\(answer)")
            #expect(rig.ledger.last?.step == .released)
        }
    }

    @Test func `schedule 24: what was lifted while it was down, between intent and answer, is not freed`() {
        var rig = SubscriberRig(.same, bantime: .seconds(60))
        rig.hear("192.0.2.1", .ban)
        rig.now = rig.now + .seconds(3600)
        rig.restart()
        #expect(rig.acts == [])
        #expect(rig.ledger.suffix(2).map(\.step) == [.unclear, .released])
    }

    @Test func `where fail2ban does not run, nothing is meant until the next try`() {
        var rig = SubscriberRig(.same)
        rig.hear("192.0.2.1", .ban)
        rig.answer(.notRunning("x"))
        #expect(rig.ledger.last?.step == .released)
        rig.wait(1)
        #expect(rig.ledger.last?.step == .intended)
        rig.answer(.changed(0))
        #expect(rig.ledger.last?.step == .foreign)
    }

    @Test func `a network that holds a local ban is not freed, because that would free the local one`() {
        var rig = SubscriberRig(.same)
        rig.hear("192.0.2.0/24", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.9", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.0/24", .unban)
        var other = rig
        let ours = Set(["192.0.2.0/24", "192.0.2.9"].map(address))
        #expect(rig.answer(.status(banned: ours, total: 2)) == .ask(.status(sshd)))
        #expect(rig.acts == [unban("192.0.2.0/24", in: sshd)])
        other.answer(.status(banned: ours.union([address("192.0.2.7")]), total: 3))
        #expect(other.acts == [])
        #expect(other.ledger.last?.step == .released)
    }

    @Test func `what the log action wrote is never freed in fail2ban, whatever action comes after it`() {
        for target in [Subscriber.Settings.Target.own(own), .same] {
            var rig = SubscriberRig(.log)
            rig.hear("192.0.2.1", .ban)
            rig.answer(.changed(1))
            #expect(rig.ledger.map(\.step) == [.logged])
            rig.settings.target = target
            rig.restart()
            let jail = target == .same ? sshd : own
            #expect(rig.answer(.changed(1)) == ban("192.0.2.1", in: jail))
            #expect(rig.acts == [])
        }
    }

    @Test func `what was banned is freed where it was banned, though the action only writes a log now`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.settings.target = .log
        rig.restart()
        #expect(rig.answer(.changed(1)) == unban("192.0.2.1"))
        #expect(rig.answer(.changed(1)) == .write([Announcement(Host("a")!, ssh("192.0.2.1"), .ban)]))
        rig.hear("192.0.2.1", .unban)
        #expect(rig.answer(.changed(1)) == .write([Announcement(Host("a")!, ssh("192.0.2.1"), .unban)]))
        #expect(rig.acts == [])
    }

    @Test func `schedule 32: a filter or an exemption that is new applies to what is banned already`() {
        for isFilter in [true, false] {
            var rig = SubscriberRig()
            rig.hear("192.0.2.1", .ban)
            rig.answer(.changed(1))
            if isFilter { rig.settings.prefixFilter = "c|" } else { rig.settings.ignored = [address("192.0.2.1")] }
            rig.restart()
            #expect(rig.acts == [unban("192.0.2.1")])
        }
    }

    @Test func `what is exempt is forgotten at its end like everything else`() {
        var rig = SubscriberRig(ignored: [address("192.0.2.0/24")], bantime: .seconds(60))
        for last in 1...9 { rig.hear("192.0.2.\(last)", .ban) }
        rig.wait(61)
        // Asked as of their beginning: what was only hidden would be there.
        #expect(rig.subscriber.replicaSnapshot(at: start) == [])
    }

    @Test func `schedule 9: a clock that was ahead and is set right blocks nothing, and bans nobody for years`() {
        var rig = SubscriberRig(bantime: .seconds(600))
        rig.now = .at(400_000_000)
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.2", .ban)
        rig.answer(.notRunning("booting"))
        rig.now = .at(0)
        rig.wait(1)
        #expect(rig.answer(.changed(1)) == ban("192.0.2.2"))
        rig.wait(601)
        #expect(rig.acts == [unban("192.0.2.1", "192.0.2.2")])
    }

    @Test func `schedule 9: what was heard by a clock ahead ends in time after a restart too`() {
        var rig = SubscriberRig(bantime: .seconds(600))
        rig.now = .at(400_000_000)
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.now = .at(0)
        rig.restart()
        rig.wait(601)
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `bans and frees that alternate go together, not one by one`() {
        var rig = SubscriberRig()
        for last in 1...20 { rig.hear("192.0.2.\(last)", .ban) }
        while rig.obey() != nil {}
        rig.hear("203.0.113.9", .ban)  // keeps it busy
        for last in 1...20 {
            rig.hear("192.0.2.\(last)", .unban)
            rig.hear("198.51.100.\(last)", .ban)
        }
        rig.answer(.changed(1))
        var calls = 0
        while rig.obey() != nil { calls += 1 }
        #expect(calls < 12)
    }

    @Test func `what ended over a week ago is in no snapshot`() {
        var rig = SubscriberRig()
        for last in 1...3 {
            rig.hear("192.0.2.\(last)", .ban)
            rig.answer(.changed(1))
            rig.hear("192.0.2.\(last)", .unban)
            rig.answer(.changed(1))
            rig.now = rig.now + .seconds(5 * 86_400)
        }
        let steps = rig.subscriber.ledgerSnapshot(at: rig.now).map(\.subject.address)
        #expect(steps == [address("192.0.2.3"), address("192.0.2.3")])
    }

    @Test func `the memory of what is over stays as long as a week, however long nobody starts it anew`() {
        var ledger = Ledger()
        for number in 0..<20_000 {
            let time = Timestamp.at(Double(number) * 600)  // over four months
            ledger.note(LedgerRecord(ssh("192.0.2.1"), .held, at: time))
            ledger.note(LedgerRecord(ssh("192.0.2.1"), .released, at: time + .seconds(1)))
        }
        let week = 7 * 86_400 / 600
        #expect((week...(2 * week + 1)).contains(ledger.past.count))
    }

    @Test func `five thousand addresses are banned and freed in few calls, and each is looked at a few times`() {
        let count = 5_000
        var rig = SubscriberRig(bantime: .seconds(600))
        func text(_ number: Int) -> String { "198.\(18 + number / 65_536).\(number / 256 % 256).\(number % 256)" }
        let first = rig.now
        for number in 0..<count { rig.hear(text(number), .ban) }
        rig.now = first + .seconds(200)
        var calls = 0
        while rig.obey() != nil { calls += 1 }
        #expect(rig.subscriber.ledgerSnapshot(at: rig.now).count == 2 * count)
        rig.wait(800)
        while rig.obey() != nil { calls += 1 }
        #expect(calls < 100)
        rig.wait(300)
        #expect(rig.subscriber.nextDeadline == nil)
        #expect(rig.subscriber.replicaSnapshot(at: first) == [])
    }
}

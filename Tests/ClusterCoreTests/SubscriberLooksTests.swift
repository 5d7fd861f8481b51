import BanModel
import ClusterCore
import Testing

/// What a subscriber does when fail2ban holds something else than the ledger says.
@Suite struct SubscriberLooksTests {
    private let one = address("192.0.2.1")
    private let two = address("192.0.2.2")

    /// Both are banned; looks are answered by the test from now on.
    private func holding(_ target: Subscriber.Settings.Target = .own(own), jail: Jail = own) -> SubscriberRig {
        var rig = SubscriberRig(target)
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.2", .ban)
        rig.answer(.changed(1))
        rig.wait(1)
        rig.holdsAll = false
        return rig
    }

    private func list(_ addresses: [Address], until seconds: Double = 600_000) -> Answer {
        .bans(addresses.map { ListedBan(address: $0, since: start, until: .at(seconds)) })
    }

    /// Waits for the next look, and answers it: what the jail holds, and how many bans it has made.
    private func look(_ rig: inout SubscriberRig, _ held: [Address], total: Int, after seconds: Double) {
        rig.wait(seconds)
        #expect(rig.answer(list(held)) == .ask(.bans(own)))
        if rig.acts.first == .ask(.status(own)) {
            rig.answer(.status(banned: Set(held), total: total))
        }
    }

    @Test func `while all is as it should be, nothing is done but to look every five minutes`() {
        var rig = holding()
        for _ in 0..<5 {
            look(&rig, [one, two], total: 2, after: 301)
            #expect(rig.acts == [])
        }
    }

    @Test func `schedule 25: what a person freed here stays free until another host reports it`() {
        var rig = holding()
        look(&rig, [two], total: 2, after: 301)
        look(&rig, [two], total: 2, after: 11)
        #expect(rig.acts == [])
        #expect(rig.notes.contains(.yielded(Subject(own, one))))
        // Neither time, nor the same host's word, nor a restart bans it again.
        look(&rig, [two], total: 2, after: 301)
        rig.hear("192.0.2.1", .ban)
        #expect(rig.acts == [])
        rig.restart()
        #expect(rig.answer(list([two])) == .ask(.bans(own)))
        rig.answer(.status(banned: [two], total: 2))
        #expect(rig.acts == [])
        rig.hear("192.0.2.1", .ban, from: "c")
        #expect(rig.answer(.changed(1)) == ban("192.0.2.1"))
    }

    @Test func `schedule 25: once nobody vouches for the ban any more, the next attack counts`() {
        var rig = holding()
        look(&rig, [two], total: 2, after: 301)
        look(&rig, [two], total: 2, after: 11)
        rig.hear("192.0.2.1", .unban)
        #expect(rig.acts == [])
        rig.hear("192.0.2.1", .ban)
        #expect(rig.acts == [ban("192.0.2.1")])
    }

    @Test func `a ban that was renewed, and so lasts longer by its list, does not put off the next renewal`() {
        var rig = SubscriberRig(.own(own), bantime: .seconds(60))
        rig.holdsAll = false
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        let begun = rig.now
        // fail2ban bans for 10 s each time, and lists from when to when in all.
        var end = begun + .seconds(10)
        for _ in 0..<55 {
            while let act = rig.acts.first {
                switch act {
                case .ask(.bans): rig.answer(.bans([ListedBan(address: one, since: begun, until: end)]), after: 0.01)
                case .ask(.status): rig.answer(.status(banned: [one], total: 1), after: 0.01)
                case .instruct(.ban):
                    end = rig.now + .seconds(10)
                    rig.answer(.changed(0), after: 0.01)
                default: rig.answer(.unclear(""))
                }
            }
            #expect(end > rig.now)
            rig.wait(1)
        }
    }

    @Test func `what a jail that was restarted does not hold is banned again`() {
        var rig = holding()
        look(&rig, [two], total: 1, after: 301)
        #expect(rig.answer(.changed(1)) == ban("192.0.2.1"))
        // And what is freed in its new life was freed by a person.
        look(&rig, [one], total: 2, after: 301)
        look(&rig, [one], total: 2, after: 11)
        #expect(rig.notes.contains(.yielded(Subject(own, two))))
        #expect(rig.acts == [])
    }

    @Test func `a list that is empty because the jail is just being restarted frees nobody`() {
        var rig = holding()
        look(&rig, [], total: 2, after: 301)
        look(&rig, [], total: 0, after: 11)
        #expect(rig.answer(.changed(2)) == ban("192.0.2.1", "192.0.2.2"))
        #expect(!rig.notes.contains(.yielded(Subject(own, one))))
    }

    @Test func `after a start nobody can say why something is missing: it is banned again`() {
        var rig = holding()
        rig.restart()
        #expect(rig.answer(list([two])) == .ask(.bans(own)))
        #expect(rig.answer(.status(banned: [two], total: 2)) == .ask(.status(own)))
        #expect(rig.acts == [ban("192.0.2.1")])
    }

    @Test func `fail2ban that comes back without its bans is found out`() {
        var rig = holding()
        rig.wait(301)
        #expect(rig.answer(.notRunning("no socket")) == .ask(.bans(own)))
        rig.wait(2)
        #expect(rig.answer(list([])) == .ask(.bans(own)))
        rig.answer(.status(banned: [], total: 0))
        #expect(rig.acts == [ban("192.0.2.1", "192.0.2.2")])
    }

    @Test func `a ban is renewed while half of its time is left, and only while somebody wants it for longer`() {
        var rig = SubscriberRig(bantime: .seconds(1000))
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.holdsAll = false
        rig.wait(1)
        #expect(rig.answer(list([one], until: 700)) == .ask(.bans(own)))
        rig.answer(.status(banned: [one], total: 1))
        #expect(rig.acts == [])
        rig.wait(300)
        #expect(rig.answer(list([one], until: 700)) == .ask(.bans(own)))
        #expect(rig.acts == [])  // a lead of 350 s
        rig.wait(60)
        #expect(rig.answer(list([one], until: 700)) == .ask(.bans(own)))
        #expect(rig.answer(.changed(0)) == ban("192.0.2.1"))
        rig.wait(1)
        // By now it lasts to 1060 by fail2ban: long enough.
        for _ in 0..<2 {
            rig.wait(301)
            #expect(rig.answer(list([one], until: 1060)) == .ask(.bans(own)))
            #expect(rig.acts == [])
        }
        rig.wait(36)
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `same: where the jail's own time is short, the ban is kept up until the report ends`() {
        var rig = SubscriberRig(.same, bantime: .seconds(60))
        rig.holdsAll = false
        rig.hear("192.0.2.1", .ban)
        #expect(rig.answer(.changed(1)) == ban("192.0.2.1", in: sshd))
        var end = rig.now + .seconds(10)
        let report = rig.now + .seconds(60)
        var renewals = 0
        while rig.now < report - .seconds(3) {
            rig.wait(0.2)
            while let act = rig.acts.first {
                switch act {
                case .ask(.bans(sshd)):
                    rig.answer(
                        .bans([ListedBan(address: one, since: end - .seconds(10), until: end)]), after: 0.1)
                case .ask(.status(sshd)): rig.answer(.status(banned: [one], total: 1), after: 0.1)
                case ban("192.0.2.1", in: sshd):
                    #expect(rig.now < end, "it was free for a moment")
                    end = rig.now + .seconds(10)
                    renewals += 1
                    rig.answer(.changed(0), after: 0.1)
                default:
                    Issue.record("\(act) at \(rig.now)")
                    return
                }
            }
        }
        #expect(renewals > 5)
        #expect(end < report + .seconds(11))
        rig.wait(3.5)
        #expect(rig.acts == [unban("192.0.2.1", in: sshd)])
    }

    @Test func `same: what ended by itself is banned again, and is ours only if it was free`() {
        for number in [1, 0] {
            var rig = SubscriberRig(.same, bantime: .seconds(600))
            rig.holdsAll = false
            rig.hear("192.0.2.1", .ban)
            rig.answer(.changed(1))
            rig.wait(1)
            rig.answer(.bans([ListedBan(address: one, since: rig.now, until: rig.now + .seconds(10))]))
            rig.answer(.status(banned: [one], total: 1))
            // fail2ban was busy for long.
            rig.wait(6)
            rig.answer(.bans([]), after: 10)
            #expect(rig.answer(.changed(number)) == ban("192.0.2.1", in: sshd))
            #expect(rig.ledger.last?.step == (number == 1 ? .held : .foreign))
        }
    }
}

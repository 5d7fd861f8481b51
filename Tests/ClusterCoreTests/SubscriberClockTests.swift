import BanModel
import ClusterCore
import Testing

/// Schedule 9 where bans are obeyed: clocks that are wrong, and set right.
@Suite struct SubscriberClockTests {
    private static let future = Timestamp.at(350_000_000)  // 2038
    private static let past = Timestamp.seconds(100)  // 1970

    /// Holds a ban that ends in 600 s.
    private func holding(bantime: Duration = .seconds(600)) -> SubscriberRig {
        var rig = SubscriberRig(bantime: bantime)
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        return rig
    }

    @Test func `schedule 9: a clock that jumps to 2038 and back frees nobody, and what came meanwhile ends in time`() {
        var rig = holding()
        rig.jump(to: Self.future)
        rig.wait(200)
        #expect(rig.acts == [])
        rig.hear("192.0.2.2", .ban)
        #expect(rig.answer(.changed(1)) == ban("192.0.2.2"))
        rig.jump(to: .at(100))
        #expect(rig.acts == [])
        rig.jump(to: .at(601))
        #expect(rig.answer(.changed(1)) == unban("192.0.2.1"))
        rig.wait(100)
        #expect(rig.answer(.changed(1)) == unban("192.0.2.2"))
    }

    @Test func `schedule 9: a clock that stays ahead is believed after five minutes`() {
        var rig = holding()
        rig.jump(to: Self.future)
        #expect(rig.subscriber.nextDeadline == Self.future + .seconds(300))
        rig.wait(299)
        #expect(rig.acts == [])
        rig.wait(2)
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `schedule 9: a boot at 2038 frees nobody if the clock is set right in minutes`() {
        for isKilled in [true, false] {
            var rig = holding(bantime: .seconds(86_400))
            rig.now = Self.future
            rig.restart()
            rig.wait(100)
            // The file that is written anew meanwhile still has it.
            #expect(rig.subscriber.replicaSnapshot(at: rig.now).count == 1)
            rig.jump(to: .at(1000))
            if isKilled { rig.restart() }
            #expect(rig.acts == [])
            rig.wait(86_400)
            #expect(rig.acts == [unban("192.0.2.1")])
        }
    }

    @Test func `schedule 9: a boot at 1970 frees nobody, and what is heard then lasts from the last time known`() {
        var rig = holding()
        rig.now = Self.past
        rig.restart()
        rig.hear("192.0.2.2", .ban)
        #expect(rig.answer(.changed(1)) == ban("192.0.2.2"))
        rig.jump(to: .at(60))
        #expect(rig.acts == [])
        rig.wait(530)
        #expect(rig.acts == [])
        rig.wait(20)
        #expect(rig.answer(.changed(1)) == unban("192.0.2.1"))
        #expect(rig.answer(.changed(1)) == unban("192.0.2.2"))
    }

    @Test func `schedule 9: a first start at 1970 bans as long after the clock is set as was meant`() {
        var rig = SubscriberRig(bantime: .seconds(600))
        rig.now = Self.past
        rig.restart()
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.jump(to: .at(0))
        rig.wait(599)
        #expect(rig.acts == [])
        rig.wait(2)
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `schedule 9: what was heard in 2038 is lifted after it, and after a restart too`() {
        for isRestarted in [true, false] {
            var rig = SubscriberRig()
            rig.now = Self.future
            rig.hear("192.0.2.1", .ban)
            rig.answer(.changed(1))
            rig.jump(to: .at(0))
            if isRestarted { rig.restart() }
            rig.hear("192.0.2.1", .unban)
            #expect(rig.answer(.changed(1)) == unban("192.0.2.1"))
            rig.hear("192.0.2.1", .ban)
            #expect(rig.answer(.changed(1)) == ban("192.0.2.1"))
            #expect(rig.reports.map(\.state.version) == rig.reports.map(\.state.version).sorted())
        }
    }

    @Test func `schedule 9: a clock that was fifteen minutes ahead keeps a ban no longer than those`() {
        var rig = SubscriberRig(bantime: .seconds(600))
        rig.now = .at(900)
        rig.hear("192.0.2.1", .ban)
        rig.answer(.notRunning("booting"))
        rig.jump(to: .at(0))
        #expect(rig.answer(.changed(1)) == ban("192.0.2.1"))
        rig.wait(1501)
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `ban, unban and ban in one microsecond leave a ban, and versions grow`() {
        var rig = SubscriberRig()
        for action in [Announcement.Action.ban, .unban, .ban] {
            rig.carryOut(rig.subscriber.heard(Announcement(Host("a")!, ssh("192.0.2.1"), action), at: start))
            rig.carryOut(rig.subscriber.heard(Announcement(Host("a")!, ssh("192.0.2.2"), action), at: start))
        }
        #expect(rig.reports.map(\.state.version) == (0..<6).map { start.microseconds + $0 })
        #expect(rig.answer(.changed(1)) == ban("192.0.2.1"))
        #expect(rig.answer(.changed(1)) == ban("192.0.2.2"))
        #expect(rig.acts == [])
    }

    @Test
    func `schedule 31: what a filter passes over is neither obeyed nor kept, and what an earlier one let in is freed`()
    {
        var rig = SubscriberRig()
        for host in ["a", "c"] {
            rig.hear("192.0.2.1", .ban, from: host)
            rig.answer(.changed(1))
        }
        rig.hear("192.0.2.2", .ban, from: "c")
        rig.answer(.changed(1))
        rig.settings.prefixFilter = "a|sshd|"
        rig.restart()
        #expect(rig.answer(.changed(1)) == unban("192.0.2.2"))
        let before = rig.reports.count
        rig.hear("192.0.2.3", .ban, from: "c")
        rig.hear("192.0.2.4", .ban, jail: Jail("sshd-2")!)
        #expect(rig.reports.count == before)
        #expect(rig.acts == [])
        #expect(rig.subscriber.replicaSnapshot(at: rig.now).map(\.origin.host.name) == ["a"])
        rig.hear("192.0.2.1", .unban)
        #expect(rig.answer(.changed(1)) == unban("192.0.2.1"))
    }
}

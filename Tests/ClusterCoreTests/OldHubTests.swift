import BanModel
import ClusterCore
import Testing

/// The monitor and a hub that refuses, is away, or answers late.
@Suite struct OldHubTests {
    private static func position(_ offset: UInt64) -> LogPosition {
        LogPosition(device: 1, inode: 2, offset: offset, headLength: 0, headSum: 0, tailSum: 0)
    }

    private static let refusesFirst: @Sendable (Announcement) -> Bool = { $0.subject == ssh("192.0.2.1") }

    @Test func `schedule 6: a refused report does not stop those behind it`() {
        var rig = MonitorRig()
        rig.isHubUp = false
        for last in 1...3 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
        rig.isHubUp = true
        rig.refuses = Self.refusesFirst
        rig.wait(until: 2)
        #expect(rig.heard == ["NAK Ban 192.0.2.1", "Ban 192.0.2.2", "NAK Ban 192.0.2.1", "Ban 192.0.2.3"])
        #expect(rig.notes.contains(.refusedForGood(ssh("192.0.2.1"), reason: nil)))
    }

    @Test func `schedule 6: a hub that refuses everything for a while loses nothing, whenever it changes its mind`() {
        for refusals in 1...40 {
            var rig = MonitorRig()
            rig.isHubUp = false
            for last in 1...20 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
            for _ in 0..<refusals { _ = rig.monitor.refused(at: rig.now) }
            rig.isHubUp = true
            rig.wait(until: 2)
            #expect(Set(rig.heard) == Set((1...20).map { "Ban 192.0.2.\($0)" }), "after \(refusals)")
            #expect(rig.heard.count == 20)
        }
    }

    @Test func `schedule 6: a hub that took some and then refuses everything for a while loses nothing either`() {
        for refusals in 1...40 {
            var rig = MonitorRig()
            rig.isHubUp = false
            for last in 1...20 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
            _ = rig.monitor.refused(at: rig.now)
            for _ in 1...2 {
                rig.heard.append("Ban \(rig.monitor.outgoing!.subject.address)")
                rig.carryOut(rig.monitor.acknowledged(at: rig.now))
            }
            for _ in 0..<refusals { _ = rig.monitor.refused(at: rig.now) }
            rig.isHubUp = true
            rig.wait(until: 2)
            #expect(Set(rig.heard) == Set((1...20).map { "Ban 192.0.2.\($0)" }), "after \(refusals)")
        }
    }

    @Test func `schedule 7: over two rotations with the hub away the position on disk stays, and then takes the last`()
    {
        func position(_ inode: UInt64, _ offset: UInt64) -> LogPosition {
            LogPosition(device: 1, inode: inode, offset: offset, headLength: 0, headSum: 0, tailSum: 0)
        }
        var rig = MonitorRig()
        rig.carryOut(rig.monitor.reached(position(1, 10), at: rig.now))
        rig.isHubUp = false
        for inode in UInt64(1)...3 {
            rig.line(.banned(address("192.0.2.\(inode)")), at: 1)
            rig.carryOut(rig.monitor.reached(position(inode, 100), at: rig.now))
        }
        #expect(rig.monitor.position == position(1, 10))
        // Killed here, it reads all three again, and the hub hears of each once.
        var next = rig.restarted()
        #expect(next.monitor.position == position(1, 10))
        for inode in UInt64(1)...3 { next.line(.banned(address("192.0.2.\(inode)")), at: 5, written: 1) }
        next.carryOut(next.monitor.reached(position(3, 100), at: next.now))
        #expect(next.heard == (1...3).map { "Ban 192.0.2.\($0)" })
        #expect(next.monitor.position == position(3, 100))
    }

    @Test func `schedule 6: however many are refused for good, what lies behind them arrives`() {
        var rig = MonitorRig()
        rig.isHubUp = false
        for last in 1...60 { rig.line(.banned(address("2001:db8::\(last)")), at: 1) }
        rig.line(.banned(address("192.0.2.1")), at: 1)
        rig.isHubUp = true
        rig.refuses = { $0.subject.address.family == .ipv6 }
        for second in 2..<30 { rig.wait(until: Double(second)) }
        #expect(rig.heard.contains("Ban 192.0.2.1"))
        #expect(rig.notes.count { if case .refusedForGood = $0 { true } else { false } } == 60)
    }

    @Test func `a lift never overtakes the ban before it`() {
        // The first ban is refused while the others are taken: a person frees the address, and it is banned again.
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0)
        rig.begin()
        rig.isHubUp = false
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.line(.banned(address("192.0.2.1")), at: 1)
        rig.fail2ban = running([:], total: 1)
        rig.line(.unbanned(address("192.0.2.1")), at: 60)
        rig.wait(until: 70)
        rig.line(.banned(address("192.0.2.1")), at: 80)
        rig.line(.banned(address("192.0.2.2")), at: 81)
        _ = rig.monitor.refused(at: rig.now)
        rig.isHubUp = true
        rig.wait(until: 82)
        #expect(
            rig.heard == ["Ban 192.0.2.2", "Ban 192.0.2.1", "Unban 192.0.2.1", "Ban 192.0.2.1"])
    }

    @Test func `where all that follows a refused report says nothing new, it is tried again after a pause`() {
        var rig = MonitorRig()
        rig.line(.banned(address("192.0.2.2")), at: 1)
        rig.isHubUp = false
        rig.line(.banned(address("192.0.2.1")), at: 2)
        rig.line(.increased(address("192.0.2.2"), until: .at(200_000)), at: 3)
        let (_, goOn) = rig.monitor.refused(at: rig.now)
        #expect(!goOn)
        #expect(rig.monitor.outgoing?.subject == ssh("192.0.2.1"))
    }

    @Test func `a report on its way stays the one that the hub's word is about, though its end comes meanwhile`() {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0, bantime: 10)
        rig.begin()
        rig.fail2ban = nil
        rig.isHubUp = false
        rig.line(.banned(address("192.0.2.1")), at: 1)
        let sent = rig.monitor.outgoing
        rig.line(.unbanned(address("192.0.2.1")), at: 11)
        #expect(rig.monitor.outgoing == sent)
        rig.carryOut(rig.monitor.acknowledged(at: rig.now))
        #expect(rig.monitor.outgoing?.action == .unban)
    }

    @Test func `the position passes a refused report only when that is done with`() {
        var rig = MonitorRig()
        rig.isHubUp = false
        for last in 1...2 {
            rig.line(.banned(address("192.0.2.\(last)")), at: 1)
            rig.carryOut(rig.monitor.reached(Self.position(UInt64(last)), at: rig.now))
        }
        #expect(rig.monitor.refused(at: rig.now).goOn)
        rig.carryOut(rig.monitor.acknowledged(at: rig.now))
        #expect(rig.monitor.position == nil)
        rig.carryOut(rig.monitor.refused(at: rig.now).effects)
        #expect(rig.monitor.position == Self.position(2))
        #expect(rig.monitor.outgoing == nil)
    }

    @Test func `positions on disk never go back`() {
        var rig = MonitorRig()
        rig.isHubUp = false
        for last in 1...9 {
            rig.line(.banned(address("192.0.2.\(last)")), at: 1)
            rig.carryOut(rig.monitor.reached(Self.position(UInt64(last)), at: rig.now))
        }
        rig.refuses = { ["192.0.2.1", "192.0.2.4", "192.0.2.5"].map(ssh).contains($0.subject) }
        rig.isHubUp = true
        rig.wait(until: 2)
        let offsets = rig.records.compactMap {
            if case .position(let position) = $0 { position.file?.offset } else { nil }
        }
        #expect(offsets == offsets.sorted())
        #expect(offsets.last == 9)
    }

    @Test func `ends that move while the hub is away take no memory`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.begin()
        rig.isHubUp = false
        rig.line(.banned(address("192.0.2.2")), at: 1)
        for number in 0..<10_500 {
            let end = 1_000 + 10 * Double(number)
            rig.carryOut(
                rig.monitor.read(
                    LogRecord(
                        time: rig.now, event: .jail(sshd, .increased(address("192.0.2.2"), until: .at(end)))),
                    at: rig.now))
        }
        #expect(rig.monitor.wantsLines)
        rig.isHubUp = true
        rig.wait(until: 2)
        #expect(rig.heard == ["Ban 192.0.2.1", "Ban 192.0.2.2"])
        // What the file has is the last end.
        let last = rig.records.last { if case .live(HostClaim(.log, ssh("192.0.2.2")), _) = $0 { true } else { false } }
        guard case .live(_, let state) = last else {
            Issue.record("no record")
            return
        }
        #expect(state.until == .at(1_000 + 10 * 10_499 + 1))
    }

    @Test func `silence makes what was refused before it count for nothing`() {
        var rig = MonitorRig()
        rig.isHubUp = false
        for last in 1...3 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
        _ = rig.monitor.refused(at: rig.now)
        rig.carryOut(rig.monitor.acknowledged(at: rig.now))
        rig.monitor.unanswered()
        rig.carryOut(rig.monitor.greeted(nil, asked: rig.now, at: rig.now))
        // Perhaps another hub by now: its first word is no more than a first refusal.
        rig.carryOut(rig.monitor.refused(at: rig.now).effects)
        #expect(!rig.notes.contains(.refusedForGood(ssh("192.0.2.1"), reason: nil)))
        rig.isHubUp = true
        rig.wait(until: 2)
        #expect(Set(rig.heard) == ["Ban 192.0.2.1", "Ban 192.0.2.3"])
    }

    @Test func `what was refused long ago and is refused again gets its second try once the hub takes a later one`() {
        var rig = MonitorRig()
        rig.isHubUp = false
        for last in 1...4 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
        for _ in 1...2 { _ = rig.monitor.refused(at: rig.now) }
        rig.monitor.unanswered()
        rig.carryOut(rig.monitor.greeted(nil, asked: rig.now, at: rig.now))
        rig.carryOut(rig.monitor.acknowledged(at: rig.now))
        rig.carryOut(rig.monitor.refused(at: rig.now).effects)
        #expect(!rig.notes.contains(.refusedForGood(ssh("192.0.2.2"), reason: nil)))
        rig.carryOut(rig.monitor.acknowledged(at: rig.now))
        rig.carryOut(rig.monitor.refused(at: rig.now).effects)
        #expect(rig.notes.contains(.refusedForGood(ssh("192.0.2.2"), reason: nil)))
    }
}

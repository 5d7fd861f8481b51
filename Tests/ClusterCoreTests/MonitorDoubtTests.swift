import BanModel
import Testing

@testable import ClusterCore

/// Answers and lines in odd orders, and clocks that jump.
@Suite(.timeLimit(.minutes(10))) struct MonitorDoubtTests {
    @Test func `while too much waits for the hub the log is not read, so nothing counts as missing`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 100_000], total: 1)
        rig.begin()
        rig.isHubUp = false
        rig.fail2ban = nil
        for number in 0..<10_000 {
            let other = address("198.18.\(number / 250).\(number % 250 + 1)")
            rig.carryOut(
                rig.monitor.read(LogRecord(time: rig.now, event: .jail(sshd, .banned(other))), at: rig.now))
        }
        #expect(!rig.monitor.wantsLines)
        // The marks of a restart lie unread in the log; its count has come up again.
        rig.fail2ban = running([:], total: 20_000)
        rig.wait(until: 400)
        rig.wait(until: 410)
        #expect(!rig.notes.contains { if case .lifted = $0 { true } else { false } })
    }

    @Test func `an answer from before a restart does not count for the jail's new life`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.begin()
        rig.wait(until: 300)
        rig.fail2ban = nil
        rig.line(.bannedAlready(address("192.0.2.9")), at: 310)
        #expect(rig.asked == [.bans(sshd)])
        // The answer is given, then the jail restarts, and only then the answer is looked at.
        rig.line(.stopped, at: 310.1)
        rig.line(.started, at: 310.2)
        let answer = Answer.bans([ListedBan(address: address("192.0.2.1"), since: start, until: .at(600))])
        rig.carryOut(rig.monitor.answered(.bans(sshd), with: answer, isLogRead: true, at: rig.now))
        rig.asked = []
        // The new life restores slowly.
        rig.fail2ban = running([:], total: 0)
        rig.wait(until: 360)
        #expect(rig.heard == ["Ban 192.0.2.1"])
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.line(.restored(address("192.0.2.1")), at: 365)
        rig.wait(until: 590)
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `by the log alone a restored ban is a sign of a stop for the others of its jail`() {
        var settings = MonitorRig.settings
        settings.asks = false
        settings.bantime = .seconds(600)
        for isRestarted in [false, true] {
            var rig = MonitorRig(settings: settings)
            rig.begin()
            for last in 1...2 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
            if isRestarted {
                var next = MonitorRig(records: rig.records, settings: settings)
                next.now = rig.now
                next.begin()
                rig = next
            }
            for last in 1...2 { rig.line(.unbanned(address("192.0.2.\(last)")), at: 20) }
            rig.line(.restored(address("192.0.2.1")), at: 40)  // its action takes a minute
            rig.line(.restored(address("192.0.2.2")), at: 100)
            rig.wait(until: 590)
            #expect(!rig.heard.contains { $0.hasPrefix("Unban") }, "restarted: \(isRestarted)")
        }
    }

    @Test func `schedule 9: a clock that was ahead and is set right keeps nobody banned`() {
        var rig = MonitorRig()
        rig.now = .at(1_000_000)  // twelve days ahead
        rig.fail2ban = { question, now in
            switch question {
            case .bans:
                .bans([ListedBan(address: address("192.0.2.1"), since: now, until: .at(2_000_000))])
            default: running(["192.0.2.1": 0], total: 1)(question, now)
            }
        }
        rig.begin()
        rig.now = .at(0)
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.wait(until: 1)
        rig.fail2ban = running([:], total: 1)
        rig.line(.unbanned(address("192.0.2.1")), at: 100)
        rig.wait(until: 103)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    @Test func `schedule 9: an end that a clock ahead gave is corrected by the next list`() {
        var rig = MonitorRig()
        rig.now = .at(1_000_000)
        rig.fail2ban = running(["192.0.2.1": 2_000_000], total: 1)
        rig.begin()
        rig.now = .at(0)
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.wait(until: 599)
        rig.fail2ban = running([:], total: 1)
        rig.wait(until: 603)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    @Test func `schedule 9: by the log alone, too, an early unban counts a minute after the clock was set back`() {
        var settings = MonitorRig.settings
        settings.asks = false
        var rig = MonitorRig(settings: settings)
        rig.now = .at(1_000_000)
        rig.begin()
        rig.line(.banned(address("192.0.2.1")), at: 1_000_000)
        rig.line(.unbanned(address("192.0.2.1")), at: 1_000_001)
        rig.now = .at(0)
        rig.wait(until: 1)
        rig.wait(until: 62)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    @Test func `our own ban whose answer was lost is never reported, though it outlives our interest`() {
        var rig = MonitorRig()
        rig.ledger(.intended, ssh("192.0.2.1"), at: -100)
        rig.ledger(.unclear, ssh("192.0.2.1"), at: -90)
        rig.ledger(.released, ssh("192.0.2.1"), at: -50)
        rig.fail2ban = { question, now in
            guard question == .bans(sshd) else { return running(["192.0.2.1": 600], total: 1)(question, now) }
            return .bans([ListedBan(address: address("192.0.2.1"), since: .at(-95), until: .at(600))])
        }
        rig.begin()
        rig.wait(until: 400)
        #expect(rig.heard == [])
        // Then fail2ban itself bans it: that is news.
        rig.fail2ban = { question, now in
            guard question == .bans(sshd) else { return running(["192.0.2.1": 1200], total: 2)(question, now) }
            return .bans([ListedBan(address: address("192.0.2.1"), since: .at(650), until: .at(1200))])
        }
        rig.wait(until: 1000)
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `a ban that was seen while we meant to, and then did not, is asked for at once`() {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0)
        rig.begin()
        rig.ledger(.intended, ssh("192.0.2.1"), at: 10)
        rig.line(.banned(address("192.0.2.1")), at: 10.5)
        rig.fail2ban = { question, now in
            guard question == .bans(sshd) else { return running(["192.0.2.1": 600], total: 1)(question, now) }
            return .bans([ListedBan(address: address("192.0.2.1"), since: .at(12.1), until: .at(600))])
        }
        rig.wait(until: 11)
        rig.ledger(.released, ssh("192.0.2.1"), at: 11)
        rig.wait(until: 13)
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `what the log action wrote is no ban of ours: a local one is reported`() {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0)
        rig.begin()
        rig.ledger(.logged, ssh("192.0.2.1"), at: 10)
        rig.line(.banned(address("192.0.2.1")), at: 20)
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `a stop that is told in one line a ban ends one life of the jail, and is gone over once`() {
        let all = (1...200).map { address("198.18.0.\($0)") }
        var rig = MonitorRig()
        rig.fail2ban = { question, _ in
            switch question {
            case .jails: .jails([sshd])
            case .bantime: .bantime(.seconds(100_000))
            case .bans: .bans(all.map { ListedBan(address: $0, since: start, until: .at(100_000)) })
            case .status: .status(banned: Set(all), total: all.count)
            }
        }
        rig.begin()
        rig.fail2ban = nil
        let before = rig.monitor.jails[sshd]?.number ?? 0
        for one in all { rig.line(.repealed(one), at: 10) }
        rig.line(.stopped, at: 10)
        rig.line(.started, at: 11)
        for one in all { rig.line(.restored(one), at: 12) }
        // Repealed, stopped, started.
        #expect(rig.monitor.jails[sshd]?.number == before + 3)
        #expect(rig.heard.count == all.count)
    }
}

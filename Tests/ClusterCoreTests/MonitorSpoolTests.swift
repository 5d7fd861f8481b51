import BanModel
import ClusterCore
import Testing

/// What fail2ban's action tells, beside the log or without one.
@Suite struct MonitorSpoolTests {
    private let one = "198.51.100.1"

    /// The lines of a spool, read as they are written, and the hub.
    private func spooled(_ bans: [String: Double], total: Int = 0) -> Together {
        var both = Together()
        both.monitor.fail2ban = running(bans, total: total)
        both.monitor.begin()
        both.talk()
        return both
    }

    private func sources(_ both: Together) -> [String] {
        both.hub.hub.reports.filter { $0.state.isLive(at: both.hub.now) }.map(\.origin.source.rawValue).sorted()
    }

    @Test func `a ban is told with the end that the action says, and over by itself`() {
        var both = spooled([:])
        both.spool(one, bantime: 600, at: 10, from: 7)
        both.monitor.fail2ban = running([one: 607], total: 1)
        both.talk()
        #expect(both.hub.hub.reports.map(\.state.until) == [.at(607)])
        #expect(both.hub.hub.reports.map(\.origin.source) == [.action])
        both.monitor.fail2ban = running([one: 607], total: 1)
        both.wait(until: 606)
        #expect(both.hub.banned == [one])
        both.monitor.fail2ban = running([:], total: 1)
        both.wait(until: 610)
        both.talk()
        #expect(both.hub.banned == [])
        both.agree()
    }

    @Test func `a ban for ever stands until fail2ban, asked, does not list it`() {
        var both = spooled([:])
        both.spool(one, bantime: nil, at: 10)
        both.monitor.fail2ban = { question, _ in
            switch question {
            case .jails: .jails([sshd])
            case .bantime: .bantime(nil)
            case .bans: .bans([ListedBan(address: address("198.51.100.1"), since: start, until: .forever)])
            case .status: .status(banned: [address("198.51.100.1")], total: 1)
            }
        }
        for day in 1...40 {
            both.wait(until: Double(day) * 86_400)
            both.talk()
            #expect(both.hub.banned == [one], "told anew in time")
        }
        both.monitor.fail2ban = running([:], total: 1)
        both.wait(until: 40 * 86_400 + 400)
        both.talk()
        #expect(both.hub.banned == [])
        both.agree()
    }

    @Test func `log and action of one ban are two reports, one ban, and both are over with it`() {
        var both = spooled([:])
        both.monitor.fail2ban = running([one: 605], total: 1)
        both.line(.banned(address(one)), at: 5)
        both.spool(one, bantime: 600, at: 5.01, from: 5)
        both.talk()
        #expect(sources(both) == ["action", "log"])
        #expect(both.hub.broadcasts == ["a|sshd|Ban|198.51.100.1"])
        both.agree()
        // Its end moves for both.
        both.monitor.fail2ban = running([one: 900], total: 1)
        both.wait(until: 601)
        both.talk()
        #expect(both.hub.hub.reports.map(\.state.until) == [.at(901), .at(901)])
        // A person frees it: both are lifted.
        both.monitor.fail2ban = running([:], total: 1)
        both.line(.unbanned(address(one)), at: 700)
        both.wait(until: 703)
        both.talk()
        #expect(sources(both) == [])
        #expect(both.hub.banned == [])
        both.agree()
        both.wait(until: 2000)
        #expect(both.monitor.monitor.snapshot.allSatisfy { if case .live = $0 { false } else { true } })
    }

    @Test func `by log and spool alone an early unban frees both, after a minute without a sign of a stop`() {
        var settings = MonitorRig.settings
        settings.asks = false
        var both = Together()
        both.restartMonitor(settings)
        both.talk()
        both.line(.banned(address(one)), at: 5)
        both.spool(one, bantime: 7200, at: 5.01, from: 5)
        both.spool("198.51.100.2", bantime: 7200, at: 6)
        both.talk()
        both.line(.unbanned(address(one)), at: 100)
        both.wait(until: 200)
        both.talk()
        #expect(both.hub.banned == ["198.51.100.2"])
    }

    @Test func `after a restart both sources are known, each with its own place, and nothing is told again`() {
        var both = spooled([one: 605, "198.51.100.2": 605], total: 2)
        both.line(.banned(address(one)), at: 5)
        both.spool(one, bantime: 600, at: 5.01, from: 5)
        both.spool("198.51.100.2", bantime: 600, at: 6, from: 5)
        both.talk()
        let reports = Set(both.hub.hub.reports)
        #expect(both.monitor.monitor.spoolPosition?.offset == 2)
        #expect(both.monitor.monitor.position?.file?.offset == 1)
        both.restartMonitor()
        #expect(both.monitor.monitor.spoolPosition?.offset == 2)
        both.monitor.answerAll(running([one: 605, "198.51.100.2": 605], total: 2))
        both.talk()
        #expect(Set(both.hub.hub.reports) == reports)
        both.agree()
    }

    @Test func `a place moves only past what the hub has ACKed, each its own`() {
        var both = spooled([:])
        both.line(.started, at: 1)
        both.spool("198.51.100.9", bantime: 600, at: 2, from: -1000)
        both.lose()
        both.line(.banned(address(one)), at: 5)
        both.spool("198.51.100.2", bantime: 600, at: 6)
        both.spool("198.51.100.3", bantime: 600, at: 7)
        #expect(both.monitor.monitor.spoolPosition?.offset == 1)
        #expect(both.monitor.monitor.position?.file?.offset == 1)
        both.restartMonitor()
        both.talk()
        #expect(both.hub.banned == [one, "198.51.100.2", "198.51.100.3"])
        #expect(both.monitor.monitor.spoolPosition?.offset == 3)
        #expect(both.monitor.monitor.position?.file?.offset == 2)
        both.agree()
    }

    @Test func `what the cluster itself banned, what is exempt and what is over is not told`() {
        var both = spooled([:])
        both.monitor.ledger(.intended, ssh(one), at: 1)
        both.monitor.ledger(.held, ssh(one), at: 2)
        both.spool(one, bantime: 600, at: 3, from: 1.5)
        both.spool("198.51.100.2", bantime: 600, at: 4, jail: Jail("fail2bancluster")!)
        both.spool("127.0.0.1", bantime: 600, at: 5)
        both.spool("198.51.100.3", bantime: 600, at: 1000, from: 300)
        both.talk()
        #expect(Array(both.hub.hub.reports) == [])
        // The subscriber's intent is open: who came first?
        both.monitor.ledger(.intended, ssh("198.51.100.4"), at: 1001)
        both.spool("198.51.100.4", bantime: 600, at: 1002)
        both.talk()
        #expect(Array(both.hub.hub.reports) == [])
        both.monitor.ledger(.foreign, ssh("198.51.100.4"), at: 1003)
        both.talk()
        #expect(both.hub.hub.reports.map(\.origin.source) == [.action])
        #expect(both.hub.hub.reports.map(\.state.until) == [.at(1602)])
    }

    @Test func `a line that is read again makes the same report`() {
        var both = spooled([:])
        both.spool("198.51.100.9", bantime: 600, at: 2, from: -1000)
        both.spool(one, bantime: 600, at: 10, from: 7)
        both.talk(losing: true)
        let reports = Set(both.hub.hub.reports)
        both.restartMonitor()
        both.talk()
        #expect(Set(both.hub.hub.reports) == reports)
        both.agree()
    }

    @Test func `an old hub hears of log and action as of one`() {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0)
        rig.begin()
        rig.fail2ban = running([one: 605], total: 1)
        rig.line(.banned(address(one)), at: 5)
        rig.carryOut(
            rig.monitor.read(SpooledBan(ssh(one), time: .at(5), bantime: .seconds(900)), at: rig.now))
        #expect(rig.heard == ["Ban 198.51.100.1"])
        rig.fail2ban = running([:], total: 1)
        rig.line(.unbanned(address(one)), at: 100)
        rig.wait(until: 104)
        #expect(rig.heard == ["Ban 198.51.100.1", "Unban 198.51.100.1"])
    }

    @Test func `a state file that was lost is no loss to what the spool told`() {
        var both = spooled([one: 7200], total: 1)
        both.spool("198.51.100.2", bantime: 7200, at: 6)
        both.talk()
        both.loseState()
        both.restartMonitor()
        both.talk()
        #expect(both.hub.banned == [one, "198.51.100.2"])
        both.agree()
        both.monitor.fail2ban = running([one: 7200], total: 2)
        both.monitor.answerAll(running([one: 7200], total: 2))
        both.wait(until: 200)
        both.talk()
        #expect(both.hub.banned == [one])
        both.agree()
    }

    // MARK: Schedules

    @Test func `schedule 13: fail2ban stops while the action is in use, and nothing is lifted`() {
        var both = spooled([:])
        both.spool(one, bantime: 7200, at: 10)
        both.spool("198.51.100.2", bantime: nil, at: 11)
        both.talk()
        both.monitor.fail2ban = stopped
        both.wait(until: 3000)
        both.talk()
        #expect(both.hub.banned == [one, "198.51.100.2"])
        // It starts, and restores one by one: the action is not run for what is restored.
        both.monitor.fail2ban = running([one: 7210], total: 1)
        both.wait(until: 3030)
        both.talk()
        #expect(both.hub.banned == [one, "198.51.100.2"])
        both.monitor.fail2ban = { question, now in
            switch question {
            case .bans:
                .bans([
                    ListedBan(address: address("198.51.100.1"), since: start, until: .at(7210)),
                    ListedBan(address: address("198.51.100.2"), since: start, until: .forever),
                ])
            default: running(["198.51.100.1": 7210, "198.51.100.2": 7210], total: 2)(question, now)
            }
        }
        both.wait(until: 4000)
        both.talk()
        #expect(both.hub.banned == [one, "198.51.100.2"])
        #expect(both.hub.broadcasts.count == 2, "and nobody hears of it")
    }

    @Test(arguments: [Origin.Source.log, .action])
    func `schedule 12: a person bans for 7 days, the jail for 10 minutes; that is undone, and the 7 days hold`(
        source: Origin.Source
    ) {
        let week = 7 * 86_400.0
        var both = spooled([:])
        let person = Report(
            origin: Origin(host: Host("a")!, source: .person), subject: ssh(one),
            state: Report.State(version: start.microseconds, isLifted: false, until: .at(week)))
        both.hub.report([person], instance: 99)
        both.monitor.fail2ban = running([one: 700], total: 1)
        if source == .log {
            both.line(.banned(address(one)), at: 100)
        } else {
            both.spool(one, bantime: 600, at: 100)
        }
        both.talk()
        #expect(sources(both) == [source.rawValue, "person"])
        both.monitor.fail2ban = running([:], total: 1)
        both.line(.unbanned(address(one)), at: 200)
        both.wait(until: 500)
        both.talk()
        #expect(sources(both) == ["person"])
        #expect(both.hub.banned == [one])
        both.agree()
        both.wait(until: week - 1)
        #expect(both.hub.banned == [one])
        both.wait(until: week + 1)
        #expect(both.hub.banned == [])
    }

    @Test(arguments: [(600.0, 1200.0), (1200.0, 600.0)], [true, false])
    func `schedule 10: a bantime that is another after a crash gives one version and one end`(
        bantimes: (Double, Double), isGreetedFirst: Bool
    ) {
        var both = Together()
        both.monitor.fail2ban = running([:], total: 0, bantime: bantimes.0)
        both.monitor.begin()
        both.talk()
        both.line(.started, at: 1)
        both.monitor.fail2ban = running([one: 5 + bantimes.0], total: 1, bantime: bantimes.0)
        both.line(.banned(address(one)), at: 5)
        both.talk(losing: true)
        let told = both.hub.hub.reports.map(\.state)
        #expect(told.map(\.until).allSatisfy { $0 >= .at(5 + bantimes.0) && $0 <= .at(6 + bantimes.0) })
        // The line is read again, by a monitor that hears of another bantime; the list was not answered yet.
        both.restartMonitor(isGreetedFirst: isGreetedFirst) { question, _ in
            if case .bantime = question { .bantime(.seconds(bantimes.1)) } else { .unclear("busy") }
        }
        both.talk()
        both.agree()
        let merged = both.hub.hub.reports.map(\.state)
        #expect(merged.count == 1)
        // And then the list tells the end, which every copy follows.
        both.monitor.fail2ban = running([one: 5 + bantimes.1], total: 1, bantime: bantimes.1)
        both.wait(until: 100)
        both.talk()
        let ends = both.hub.hub.reports.map(\.state.until)
        #expect(ends.count == 1 && ends.allSatisfy { $0 >= .at(5 + bantimes.1) && $0 <= .at(6 + bantimes.1) })
        both.agree()
    }
}

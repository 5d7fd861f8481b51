import BanModel
import ClusterCore
import Testing

/// Schedules that the simulation found, as small as they could be made.
@Suite struct SimulationFindingsTests {
    private static func greeting(_ held: [Report] = [], at seconds: Double) -> HubGreeting {
        var digest = ReportDigest()
        for report in held { digest.add(report) }
        return HubGreeting(
            epoch: 1, sequence: 0, time: .at(seconds), longestRequest: 1 << 18, reportsPerRequest: 100,
            maximumBantime: .seconds(30 * 86_400), version: held.map(\.state.version).max() ?? 0, digest: digest)
    }

    private static func monitor(asks: Bool) -> Monitor {
        var monitor = Monitor(
            settings: .init(host: Host("a")!, ignoredJails: [], bantime: .seconds(600), asks: asks))
        _ = monitor.start(at: start)
        _ = monitor.greeted(greeting(at: 0), asked: start, at: start)
        return monitor
    }

    private static func line(_ event: LogRecord.JailEvent, at seconds: Double) -> LogRecord {
        LogRecord(time: .at(seconds), event: .jail(sshd, event))
    }

    @Test func `a ban's newer end is told though a lift of the same address waits before it`() {
        var monitor = Self.monitor(asks: false)
        let attacker = address("192.0.2.1")
        _ = monitor.read(Self.line(.banned(attacker), at: 0), at: start)
        let first = monitor.takeReports(atMost: 10, at: start)
        _ = monitor.taken(first.count, except: [:], at: start)
        _ = monitor.read(Self.line(.unbanned(attacker), at: 10), at: .at(10))
        _ = monitor.advance(to: .at(71))
        _ = monitor.read(Self.line(.banned(attacker), at: 80), at: .at(80))
        _ = monitor.read(Self.line(.increased(attacker, until: .at(1_280)), at: 80.01), at: .at(80.01))
        let told = monitor.takeReports(atMost: 10, at: .at(81))
        #expect(told.map(\.state.isLifted) == [true, false])
        #expect(told.last?.state.until == .at(1_281))
    }

    @Test func `what another hub was to be told once more does not hide a newer end`() {
        var monitor = Self.monitor(asks: false)
        let attacker = address("192.0.2.1")
        _ = monitor.read(Self.line(.banned(attacker), at: 0), at: start)
        let first = monitor.takeReports(atMost: 10, at: start)
        _ = monitor.taken(first.count, except: [:], at: start)
        // A hub that knows nothing is told again, and dies; meanwhile the ban is prolonged.
        _ = monitor.greeted(Self.greeting(at: 1), asked: .at(1), at: .at(1))
        _ = monitor.takeReports(atMost: 10, at: .at(1))
        monitor.unanswered()
        _ = monitor.read(Self.line(.bannedAlready(attacker), at: 100), at: .at(100))
        // The first one took the new end into its memory, did not ACK it, and lost its memory.
        _ = monitor.greeted(Self.greeting(first, at: 101), asked: .at(101), at: .at(101))
        let prolonged = monitor.takeReports(atMost: 10, at: .at(101))
        monitor.unanswered()
        _ = monitor.greeted(Self.greeting(prolonged, at: 102), asked: .at(102), at: .at(102))
        _ = monitor.held(HeldAnswer(reports: prolonged.suffix(1), isAll: true), at: .at(102))
        monitor.unanswered()
        _ = monitor.greeted(Self.greeting(at: 103), asked: .at(103), at: .at(103))
        let told = monitor.takeReports(atMost: 10, at: .at(103))
        #expect(told.map(\.state).max()?.until == .at(700))
    }

    @Test func `an end that is found to be over is told to a hub that knows a later one`() throws {
        var monitor = Self.monitor(asks: true)
        _ = monitor.read(Self.line(.banned(address("192.0.2.1")), at: 0), at: start)
        let first = monitor.takeReports(atMost: 10, at: start)
        #expect(first.first?.state.until == .at(600))
        _ = monitor.taken(first.count, except: [:], at: start)
        _ = monitor.answered(.bantime(sshd), with: .bantime(.seconds(60)), isLogRead: true, at: .at(70))
        let told = monitor.takeReports(atMost: 10, at: .at(70))
        let last = try #require(told.map(\.state).max())
        #expect(last.isLifted || last.until == .at(60))
    }

    @Test func `a list whose ban began after a pardon is news`() {
        let attacker = address("192.0.2.1")
        let lifted = Report(
            origin: Origin(host: Host("a")!), subject: ssh("192.0.2.1"),
            state: .init(version: Timestamp.at(-100).microseconds, isLifted: true, until: .at(900)))
        var monitor = Monitor(settings: .init(host: Host("a")!, ignoredJails: [], bantime: .seconds(600)))
        _ = monitor.start(at: start)
        _ = monitor.greeted(Self.greeting([lifted], at: 0), asked: start, at: start)
        _ = monitor.held(HeldAnswer(reports: [lifted], isAll: true), at: start)
        _ = monitor.answered(.jails, with: .jails([sshd]), isLogRead: true, at: .at(0.1))
        let list = [ListedBan(address: attacker, since: .at(-10), until: .at(590))]
        _ = monitor.answered(.bans(sshd), with: .bans(list), isLogRead: true, at: .at(0.2))
        #expect(monitor.takeReports(atMost: 10, at: .at(0.3)).map(\.state.isLifted) == [false])
    }

    @Test func `bans that are restored after unbans begin a new life, though nothing else tells of the stop`() {
        // The monitor comes while fail2ban stops, with a log that has no marks of it.
        var rig = MonitorRig()
        rig.fail2ban = nil
        rig.begin()
        rig.line(.banned(address("192.0.2.9")), at: 1)
        rig.line(.unbanned(address("192.0.2.9")), at: 2)
        rig.line(.restored(address("192.0.2.2")), at: 3)
        rig.answerAll(running(["192.0.2.2": 600], total: 1))
        rig.fail2ban = running(["192.0.2.2": 600], total: 1)
        rig.wait(until: 20)
        #expect(!rig.heard.contains("Unban 192.0.2.9"))
    }

    @Test func `what a lost answer may have freed is banned again where it is wanted`() {
        var rig = SubscriberRig()
        rig.holdsAll = false
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.1", .unban)
        #expect(rig.answer(.unclear("no answer in time")) == unban("192.0.2.1"))
        rig.hear("192.0.2.1", .ban)
        for _ in 0..<20 where rig.acts.first != ban("192.0.2.1") {
            rig.wait(1)
            switch rig.acts.first {
            case .ask(.bans)?: rig.answer(.bans([]))
            case .ask(.status)?: rig.answer(.status(banned: [], total: 1))
            default: break
            }
        }
        #expect(rig.acts.first == ban("192.0.2.1"))
        #expect(!rig.ledger.contains { $0.step == .yielded })
    }

    @Test func `a free that found nothing is tried once more, since a jail may be restoring its bans`() {
        var rig = SubscriberRig()
        rig.holdsAll = false
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.1", .unban)
        #expect(rig.answer(.changed(0)) == unban("192.0.2.1"))
        #expect(rig.ledger.last?.step == .held)
        rig.answerLooks(total: 1)
        rig.wait(60)
        #expect(!rig.acts.contains(unban("192.0.2.1")))
        rig.wait(11)
        #expect(rig.answer(.changed(1)) == unban("192.0.2.1"))
        #expect(rig.ledger.last?.step == .released)
    }

    @Test func `what was found missing while nobody wanted it is banned again by whoever wants it then`() {
        var rig = SubscriberRig()
        rig.holdsAll = false
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.1", .unban)
        rig.hear("192.0.2.9", .ban)
        for _ in 0..<60 where rig.acts.first != .ask(.bans(own)) {
            rig.answer(.unclear("no answer in time"))
            rig.wait(1)
        }
        #expect(rig.answer(.bans([])) == .ask(.bans(own)))
        #expect(rig.answer(.status(banned: [], total: 1)) == .ask(.status(own)))
        // Another act is under way when it is wanted again, so that it was never freed by an answer that is known.
        #expect(rig.acts == [ban("192.0.2.9")])
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        #expect(rig.acts == [ban("192.0.2.1")])
    }

    @Test func `what is banned again never leaves the ledger, since its jail may be restoring it`() {
        var rig = SubscriberRig()
        rig.holdsAll = false
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.wait(1)
        rig.answer(.bans([]))
        #expect(rig.answer(.status(banned: [], total: 0)) == .ask(.status(own)))
        #expect(rig.acts == [ban("192.0.2.1")])
        #expect(!rig.ledger.contains { $0.step == .released })
        // It was killed at this very moment, and is not wanted any more when it comes back.
        rig.hear("192.0.2.1", .unban)
        rig.restart()
        #expect(rig.acts == [unban("192.0.2.1")])
    }

    @Test func `a clock that was set back delays no look at what fail2ban holds`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.jump(to: .at(2580))
        rig.wait(301)
        rig.holdsAll = false
        rig.jump(to: .at(302))
        rig.wait(1)
        #expect(rig.acts == [.ask(.bans(own))])
    }

    @Test func `what the hub holds, and was over by a clock that was wrong, is found out by the right one`() {
        let fail2ban = running([:], total: 1)
        var rig = MonitorRig()
        rig.fail2ban = fail2ban
        rig.begin()
        // The state file is an older one: it lacks what the hub was told.
        let held = Report(
            origin: Origin(host: Host("a")!), subject: ssh("192.0.2.1"),
            state: .init(version: Timestamp.at(1_900).microseconds, isLifted: false, until: .at(2_500)))
        rig.carryOut(rig.monitor.greeted(Self.greeting([held], at: 2_000), asked: rig.now, at: rig.now))
        // The clock is set right while the hub answers.
        rig.now = .at(2_010)
        rig.carryOut(rig.monitor.held(HeldAnswer(reports: [held], isAll: true), at: rig.now))
        rig.carryOut(rig.monitor.greeted(Self.greeting([held], at: 2_010), asked: rig.now, at: rig.now))
        rig.answerAll(fail2ban)
        rig.wait(until: 2_100)
        let told = rig.monitor.takeReports(atMost: 10, at: rig.now)
        #expect(told.map(\.state.isLifted) == [true])
    }

    @Test func `a hello that took long takes a clock for right that may be right`() {
        var monitor = Self.monitor(asks: false)
        _ = monitor.greeted(Self.greeting(at: -2000), asked: start, at: start)
        _ = monitor.read(Self.line(.banned(address("192.0.2.1")), at: 0), at: start)
        _ = monitor.greeted(Self.greeting(at: 5), asked: start, at: .at(5))
        let told = monitor.takeReports(atMost: 10, at: .at(5))
        #expect(told.map(\.state.until) == [.at(600)])
    }

    @Test func `the late end of an earlier state does not hide the later one that the hub holds`() {
        let claim = HostClaim(.log, ssh("192.0.2.1"))
        let known = Report.State(version: start.microseconds, isLifted: false, until: .at(60))
        let later = Report(
            host: Host("a")!, claim: claim,
            state: .init(version: start.microseconds + 1, isLifted: false, until: .at(900)))
        // Its end is found to be over before a hub answers.
        var rig = MonitorRig(records: [.live(claim, known)])
        rig.monitor.unanswered()
        rig.fail2ban = running([:], total: 0)
        rig.now = .at(100)
        rig.begin()
        rig.wait(until: 101)
        var monitor = rig.monitor
        _ = monitor.greeted(Self.greeting([later], at: 101), asked: .at(101), at: .at(101))
        _ = monitor.held(HeldAnswer(reports: [later], isAll: true), at: .at(101))
        let end = monitor.takeReports(atMost: 10, at: .at(101))
        #expect(end.map(\.state.isLifted) == [true])
        _ = monitor.taken(end.count, except: [:], at: .at(101))
        // The next hub knows nothing of this host.
        monitor.unanswered()
        _ = monitor.greeted(Self.greeting(at: 102), asked: .at(102), at: .at(102))
        #expect(monitor.takeReports(atMost: 10, at: .at(102)).map(\.state) == [later.state])
    }

    @Test func `a jail that starts again between frees may be restoring yet, and only one that did not has freed`() {
        var rig = SubscriberRig()
        rig.holdsAll = false
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.wait(1)
        rig.answer(.bans([ListedBan(address: address("192.0.2.1"), since: rig.now, until: .forever)]))
        #expect(rig.answer(.status(banned: [address("192.0.2.1")], total: 5)) == .ask(.status(own)))
        // The third time that it is not found, the jail's count has begun anew; two times later it has not.
        rig.hear("192.0.2.1", .unban)
        for (total, isFree) in [(5, false), (5, false), (1, false), (1, false), (1, true)] {
            for _ in 0..<80 where rig.acts.isEmpty { rig.wait(1) }
            #expect(rig.answer(.changed(0)) == unban("192.0.2.1"))
            rig.answerLooks(total: total)
            #expect((rig.ledger.last?.step == .released) == isFree)
        }
    }

    @Test func `a jail whose count is below what the log told since it began has begun anew`() {
        var rig = MonitorRig()
        rig.fail2ban = stopped
        rig.begin()
        for last in 1...3 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
        rig.line(.unbanned(address("192.0.2.1")), at: 2)
        // It runs, and has restored what it stopped with, as its lines tell; its count was not heard before the next stop.
        rig.fail2ban = nil
        rig.line(.restored(address("192.0.2.1")), at: 4)
        rig.line(.restored(address("192.0.2.2")), at: 4)
        rig.line(.restored(address("192.0.2.3")), at: 4)
        rig.line(.unbanned(address("192.0.2.1")), at: 5)
        rig.fail2ban = running([:], total: 0)
        rig.answerAll(running([:], total: 0))
        rig.wait(until: 60)
        #expect(!rig.heard.contains { $0.hasPrefix("Unban") })
    }

    @Test func `an answer on a jail's count says nothing of a life in which it was not asked`() {
        var rig = MonitorRig()
        rig.begin()
        rig.answerAll(running(["192.0.2.1": 600, "192.0.2.4": 600], total: 2))
        // Read at once, after a while without a monitor: a stop, a start, and the next stop.
        let question = Question.status(sshd)
        rig.line(.unbanned(address("192.0.2.1")), at: 100, written: 90)
        #expect(rig.asked.contains(question))
        rig.line(.restored(address("192.0.2.1")), at: 100, written: 95)
        rig.line(.restored(address("192.0.2.4")), at: 100, written: 96)
        rig.line(.unbanned(address("192.0.2.1")), at: 100, written: 99)
        rig.line(.unbanned(address("192.0.2.4")), at: 100)
        rig.fail2ban = running([:], total: 0)
        rig.answerAll(running([:], total: 0))
        rig.wait(until: 150)
        #expect(!rig.heard.contains { $0.hasPrefix("Unban") })
    }

    @Test func `a lift that only the hub remembers does not hide the ban that came after it`() {
        let attacker = address("192.0.2.1")
        let claim = HostClaim(.log, ssh("192.0.2.1"))
        let known = Report.State(version: start.microseconds, isLifted: false, until: .at(900))
        let lifted = Report(
            host: Host("a")!, claim: claim,
            state: .init(version: Timestamp.at(160.3).microseconds, isLifted: true, until: .at(900)))
        var rig = MonitorRig(records: [.live(claim, known)])
        rig.monitor.unanswered()
        rig.now = .at(180)
        rig.begin()
        _ = rig.monitor.greeted(Self.greeting([lifted], at: 180), asked: .at(180), at: .at(180))
        rig.carryOut(rig.monitor.held(HeldAnswer(reports: [lifted], isAll: true), at: .at(180)))
        // It began in the second of the lift, which the list cuts.
        rig.answerAll { question, _ in
            switch question {
            case .jails: .jails([sshd])
            case .bantime: .bantime(.seconds(600))
            case .bans: .bans([ListedBan(address: attacker, since: .at(160), until: .at(760))])
            case .status: .status(banned: [attacker], total: 2)
            }
        }
        let told = rig.monitor.takeReports(atMost: 10, at: rig.now)
        #expect(told.map(\.state.isLifted) == [false])
        #expect(told.first?.state.until == .at(761))
    }

    @Test func `an end that a batch makes news of is told after it`() {
        var monitor = Self.monitor(asks: false)
        // The hub's clock is far ahead of ours, and then ours is set right.
        _ = monitor.greeted(Self.greeting(at: 3000), asked: start, at: start)
        _ = monitor.read(Self.line(.banned(address("192.0.2.1")), at: 0), at: start)
        monitor.unanswered()
        _ = monitor.advance(to: .at(601))
        _ = monitor.read(Self.line(.banned(address("192.0.2.2")), at: 601), at: .at(601))
        _ = monitor.greeted(Self.greeting(at: 601), asked: .at(601), at: .at(601))
        var hub: [Address: Report.State] = [:]
        for _ in 0..<5 {
            let told = monitor.takeReports(atMost: 10, at: .at(601))
            for report in told {
                let address = report.subject.address
                hub[address] = hub[address]?.merged(with: report.state) ?? report.state
            }
            _ = monitor.taken(told.count, except: [:], at: .at(601))
        }
        #expect(hub[address("192.0.2.1")].map { $0.isLifted || $0.until <= .at(601) } ?? true)
        #expect(hub[address("192.0.2.2")]?.isLifted == false)
    }

    @Test func `a gap in the log that is found as the clock is set back hides nothing of that`() {
        var rig = MonitorRig()
        rig.now = .at(3334)
        rig.begin()
        rig.answerAll(running(["192.0.2.1": 3900], total: 1))
        rig.now = .at(20)
        rig.carryOut(rig.monitor.start(at: rig.now))
        rig.wait(until: 25)
        rig.answerAll(running(["192.0.2.1": 3905], total: 1))
        rig.wait(until: 60)
        let reported: [Timestamp] = rig.notes.compactMap {
            if case .reported(_, let until) = $0 { until } else { nil }
        }
        #expect(reported.last == .at(3906))
    }

    @Test func `what was only meant to be banned, and is not found to be freed, leaves the ledger`() {
        var rig = SubscriberRig()
        rig.holdsAll = false
        rig.hear("192.0.2.1", .ban)
        rig.answer(.notRunning("no server"))
        rig.hear("192.0.2.1", .unban)
        for _ in 0..<3 {
            for _ in 0..<80 where rig.acts.isEmpty { rig.wait(1) }
            #expect(rig.answer(.changed(0)) == unban("192.0.2.1"))
            rig.answerLooks(total: 1)
        }
        rig.wait(80)
        #expect(rig.ledger.last?.step == .released)
    }

    @Test func `a ban that was over before any hub heard of it is forgotten, whatever else was told in its batch`() {
        let attacker = address("192.0.2.1")
        let known = Report.State(version: start.microseconds, isLifted: false, until: .at(60))
        var rig = MonitorRig(records: [.live(HostClaim(.log, ssh("192.0.2.1")), known)])
        rig.monitor.unanswered()
        rig.fail2ban = running(["192.0.2.1": 90], total: 2, bantime: 30)
        rig.now = .at(70)
        rig.begin()
        rig.line(.banned(attacker), at: 70, written: 60)
        rig.fail2ban = running([:], total: 2)
        rig.wait(until: 100)
        rig.carryOut(rig.monitor.greeted(Self.greeting(at: 100), asked: rig.now, at: rig.now))
        for _ in 0..<3 {
            let told = rig.monitor.takeReports(atMost: 10, at: rig.now)
            rig.carryOut(rig.monitor.taken(told.count, except: [:], at: rig.now).effects)
        }
        rig.wait(until: 1000)
        #expect(rig.monitor.snapshot.allSatisfy { if case .live = $0 { false } else { true } })
    }

    @Test func `an end that only the hub remembers does not hide that fail2ban has moved it again`() {
        let attacker = address("192.0.2.1")
        let claim = HostClaim(.log, ssh("192.0.2.1"))
        let known = Report.State(version: start.microseconds, isLifted: false, until: .at(900))
        let ended = Report(
            host: Host("a")!, claim: claim,
            state: .init(version: start.microseconds + 1, isLifted: false, until: .at(60), forget: .at(900)))
        var rig = MonitorRig(records: [.live(claim, known)])
        rig.monitor.unanswered()
        rig.now = .at(70)
        rig.begin()
        _ = rig.monitor.greeted(Self.greeting([ended], at: 70), asked: .at(70), at: .at(70))
        rig.carryOut(rig.monitor.held(HeldAnswer(reports: [ended], isAll: true), at: .at(70)))
        rig.fail2ban = running(["192.0.2.1": 899], total: 1, bantime: 900)
        rig.answerAll(running(["192.0.2.1": 899], total: 1, bantime: 900))
        rig.wait(until: 75)
        let told = rig.monitor.takeReports(atMost: 10, at: rig.now)
        #expect(told.map(\.subject.address) == [attacker])
        #expect(told.first?.state.until == .at(900))
    }

    @Test func `a lift that only the hub remembers does not hide a later line, where fail2ban cannot be asked`() {
        var monitor = Self.monitor(asks: false)
        let claim = HostClaim(.log, ssh("192.0.2.1"))
        monitor.unanswered()
        // The line is read once more, since a crash came before it was noted.
        _ = monitor.read(Self.line(.banned(address("192.0.2.1")), at: 67), at: .at(78))
        let lifted = Report(
            host: Host("a")!, claim: claim,
            state: .init(version: Timestamp.at(76).microseconds, isLifted: true, until: .at(606)))
        _ = monitor.greeted(Self.greeting([lifted], at: 78), asked: .at(78), at: .at(78))
        _ = monitor.held(HeldAnswer(reports: [lifted], isAll: true), at: .at(78))
        let told = monitor.takeReports(atMost: 10, at: .at(78))
        #expect(told.map(\.state.isLifted) == [false])
        #expect(told.first.map { lifted.state.merged(with: $0.state) == $0.state } == true)
    }

    @Test func `an end that takes the place of one that waits is told, though nothing was to be told of that one`() {
        var monitor = Self.monitor(asks: true)
        let known = Report.State(version: start.microseconds, isLifted: false, until: .at(855))
        let held = Report(host: Host("a")!, claim: HostClaim(.log, ssh("192.0.2.2")), state: known)
        monitor.unanswered()
        // Its line is read once more, with another bantime, before that of another.
        _ = monitor.read(Self.line(.banned(address("192.0.2.2")), at: 0), at: .at(30))
        _ = monitor.read(Self.line(.banned(address("192.0.2.6")), at: 10), at: .at(30))
        _ = monitor.greeted(Self.greeting([held], at: 30), asked: .at(30), at: .at(30))
        _ = monitor.held(HeldAnswer(reports: [held], isAll: true), at: .at(30))
        let first = monitor.takeReports(atMost: 10, at: .at(30))
        #expect(first.map(\.subject.address) == [address("192.0.2.6")])
        // While that is on its way, fail2ban moves the end of the first.
        _ = monitor.read(Self.line(.increased(address("192.0.2.2"), until: .at(300)), at: 31), at: .at(31))
        _ = monitor.taken(first.count, except: [:], at: .at(31))
        let second = monitor.takeReports(atMost: 10, at: .at(31))
        #expect(second.map(\.subject.address) == [address("192.0.2.2")])
        #expect(second.first?.state.until == .at(301))
    }

    @Test func `what fail2ban lists and does not find keeps nobody busy`() {
        var rig = SubscriberRig()
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(1))
        rig.hear("192.0.2.1", .unban)
        var frees = 0
        for _ in 0..<600 {
            while !rig.acts.isEmpty {
                rig.answer(.changed(0))
                frees += 1
            }
            rig.wait(1)
        }
        #expect((2...12).contains(frees))
    }

    @Test func `an end guessed anew after a crash is mended, though the hub knows a true one that is over`() throws {
        var monitor = Self.monitor(asks: true)
        // Told before the crash, and ended since: 60 s were right. The line is read again, the bantime is not known yet.
        let known = Report(
            origin: Origin(host: Host("a")!), subject: ssh("192.0.2.1"),
            state: Report.State(version: start.microseconds, isLifted: false, until: .at(60)))
        _ = monitor.read(Self.line(.banned(address("192.0.2.1")), at: 0), at: .at(66))
        _ = monitor.greeted(Self.greeting([known], at: 66), asked: .at(66), at: .at(66))
        _ = monitor.held(HeldAnswer(reports: [known], isAll: true), at: .at(66))
        let guess = monitor.takeReports(atMost: 10, at: .at(66))
        _ = monitor.taken(guess.count, except: [:], at: .at(66))
        _ = monitor.answered(.bantime(sshd), with: .bantime(.seconds(60)), isLogRead: true, at: .at(67))
        let told = monitor.takeReports(atMost: 10, at: .at(67))
        let last = try #require((guess + told).map(\.state).max())
        #expect(!last.isLive(at: .at(67)))
    }

    @Test func `what a hub took without its ACK is compared in time, though nothing is banned any more`() {
        var monitor = Self.monitor(asks: false)
        _ = monitor.read(Self.line(.banned(address("192.0.2.1")), at: 0), at: start)
        let told = monitor.takeReports(atMost: 10, at: start)
        _ = monitor.taken(told.count, except: [:], at: start)
        _ = monitor.read(Self.line(.unbanned(address("192.0.2.1")), at: 10), at: .at(10))
        _ = monitor.advance(to: .at(71))
        let lift = monitor.takeReports(atMost: 10, at: .at(71))
        _ = monitor.taken(lift.count, except: [:], at: .at(71))
        _ = monitor.advance(to: .at(302))
        #expect(monitor.wantsGreeting)
    }

    /// A line that is read again after a crash, of an address whose last failure was 2 s before it.
    @Test func `an end that the hub was told later than the line counts more than the jail's bantime`() {
        var monitor = Self.monitor(asks: true)
        _ = monitor.read(Self.line(.banned(address("192.0.2.1")), at: 2), at: .at(10))
        let listed = Report(
            origin: Origin(host: Host("a")!), subject: ssh("192.0.2.1"),
            state: Report.State(version: Timestamp.at(9).microseconds, isLifted: false, until: .at(901)))
        _ = monitor.greeted(Self.greeting([listed], at: 10), asked: .at(10), at: .at(10))
        _ = monitor.held(HeldAnswer(reports: [listed], isAll: true), at: .at(10))
        _ = monitor.answered(.bantime(sshd), with: .bantime(.seconds(900)), isLogRead: true, at: .at(11))
        for case .live(_, let state) in monitor.snapshot { #expect(state == listed.state) }
        #expect(monitor.takeReports(atMost: 10, at: .at(11)).allSatisfy { $0.state.version <= listed.state.version })
    }
}

import BanModel
import ClusterCore
import Testing

/// What lasts longer than the hub counts a report.
@Suite struct RenewalTests {
    /// fail2ban lists these for ever.
    private static func permanent(_ bans: [String]) -> @Sendable (Question, Timestamp) -> Answer {
        { question, _ in
            switch question {
            case .jails: .jails([sshd])
            case .bantime: .bantime(nil)
            case .bans: .bans(bans.map { ListedBan(address: address($0), since: start, until: .forever) })
            case .status: .status(banned: Set(bans.map(address)), total: bans.count)
            }
        }
    }

    private static func settings(counting seconds: Double) -> Hub.Settings {
        var settings = HubRig.settings
        settings.maximumBantime = .seconds(seconds)
        return settings
    }

    private static func hub(counting seconds: Double) -> HubRig { HubRig(settings(counting: seconds)) }

    /// The rig, told of the permanent bans by a hub that counts a report so long.
    private func begun(_ bans: [String] = ["198.51.100.1"], counting seconds: Double) -> Together {
        var both = Together(hub: Self.hub(counting: seconds))
        both.monitor.fail2ban = Self.permanent(bans)
        both.monitor.begin()
        both.talk()
        return both
    }

    private func versions(of both: Together) -> [Version] { both.hub.hub.reports.map(\.state.version).sorted() }

    @Test(arguments: [60, 3600, 30 * 86_400.0])
    func `a permanent ban is told anew before the hub takes it for over, again and again`(seconds: Double) {
        var both = begun(counting: seconds)
        var told = Set(versions(of: both))
        for step in 1...80 {
            both.wait(until: Double(step) * seconds / 20)
            both.talk()
            told.formUnion(versions(of: both))
            #expect(both.hub.banned == ["198.51.100.1"])
        }
        #expect((5...8).contains(told.count), "four times as long, told anew at three quarters")
        #expect(both.hub.broadcasts.count == 1, "and nobody of the old form hears of it")
        #expect(both.hub.hub.reports.allSatisfy { $0.state.until == .forever })
    }

    @Test func `a ban of 60 days is told anew until its own end is near enough`() {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 60 * 86_400], total: 1)
        both.monitor.begin()
        both.talk()
        var told = Set(versions(of: both))
        for day in 1...59 {
            both.wait(until: Double(day) * 86_400)
            both.talk()
            told.formUnion(versions(of: both))
            #expect(both.hub.banned == ["198.51.100.1"])
        }
        #expect(told.count == 3, "by day 22, and by day 45; that one counts to its end")
        both.monitor.fail2ban = running([:], total: 1)
        both.wait(until: 60 * 86_400 + 2)
        both.talk()
        #expect(both.hub.banned == [])
    }

    @Test func `what ends within the time is not told anew`() {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 29 * 86_400], total: 1)
        both.monitor.begin()
        both.talk()
        let told = versions(of: both)
        both.wait(until: 28 * 86_400)
        both.talk()
        #expect(versions(of: both) == told)
    }

    @Test func `after a restart too, from the version that the hub has`() {
        var both = begun(counting: 3600)
        let told = versions(of: both)
        both.wait(until: 2000)
        both.restartMonitor()
        both.monitor.fail2ban = Self.permanent(["198.51.100.1"])
        both.monitor.begin()
        both.talk()
        #expect(versions(of: both) == told)
        both.wait(until: 2750)
        both.talk()  // it is greeted first: something may have been pardoned
        both.wait(until: 2752)
        both.talk()
        #expect(versions(of: both) != told)
        // It comes back when the time is over already.
        both.restartMonitor()
        both.monitor.now = .at(5400)
        both.monitor.fail2ban = Self.permanent(["198.51.100.1"])
        both.monitor.begin()
        both.talk()
        both.wait(until: 5400 + 301)
        both.talk()
        #expect(both.hub.banned == ["198.51.100.1"])
        #expect(versions(of: both).allSatisfy { $0 >= Timestamp.at(5400).microseconds })
    }

    @Test func `a greeting that tells a smaller maxbantime counts at once`() {
        var both = begun(counting: 30 * 86_400)
        both.wait(until: 1000)
        both.talk()
        let told = versions(of: both)
        both.hub.heard(both.hub.hub.reconfigure(Self.settings(counting: 1200), at: both.hub.now))
        both.lose()
        both.talk()
        both.wait(until: 1001)
        both.talk()
        #expect(versions(of: both) != told)
        both.wait(until: 1300)
        #expect(both.hub.banned == ["198.51.100.1"])
    }

    @Test func `what fail2ban has not listed for long is not told anew, and is again when it does`() {
        var both = begun(counting: 3600)
        both.monitor.fail2ban = stopped
        let told = versions(of: both)
        both.wait(until: 3500)
        both.talk()
        #expect(versions(of: both) == told)
        #expect(both.hub.banned == ["198.51.100.1"])
        both.wait(until: 3700)
        both.talk()
        #expect(both.hub.banned == [], "nobody vouches for it any more")
        both.monitor.fail2ban = Self.permanent(["198.51.100.1"])
        both.wait(until: 4200)
        both.talk()
        #expect(both.hub.banned == ["198.51.100.1"])
    }

    @Test func `by the log alone it is told anew too`() {
        var rig = MonitorRig(settings: Monitor.Settings(host: Host("a")!, ignoredJails: [], bantime: nil, asks: false))
        let greeting = try? Self.hub(counting: 60).greeted()
        rig.carryOut(rig.monitor.greeted(greeting, asked: rig.now, at: rig.now))
        rig.line(.banned(address("198.51.100.1")), at: 1)
        #expect(rig.monitor.takeReports(atMost: 9, at: rig.now).count == 1)
        rig.carryOut(rig.monitor.taken(1, except: [:], at: rig.now).effects)
        rig.wait(until: 45)
        #expect(rig.monitor.takeReports(atMost: 9, at: rig.now) == [])
        rig.wait(until: 47)
        #expect(rig.monitor.takeReports(atMost: 9, at: rig.now).map(\.state.until) == [.forever])
    }

    @Test(arguments: [3600.0, -3600])
    func `a clock that is far from the hub's makes no race of it`(offset: Double) {
        var both = Together(hub: Self.hub(counting: 60))
        both.offset = offset
        both.monitor.fail2ban = Self.permanent(["198.51.100.1"])
        both.monitor.begin()
        both.talk()
        var told = Set(versions(of: both))
        for second in 1...120 {
            both.wait(until: Double(second))
            both.talk()
            told.formUnion(versions(of: both))
        }
        #expect(told.count <= 10)
    }

    @Test(.timeLimit(.minutes(10)))
    func `twenty thousand that one restore made go in pieces, and a new ban waits for one of them at most`() {
        let count = 20_000
        let bans = (0..<count).map { "198.\(18 + $0 / 65_536).\($0 / 256 % 256).\($0 % 256)" }
        var both = Together(hub: Self.hub(counting: 86_400))
        both.batch = 1000
        both.monitor.fail2ban = Self.permanent(bans)
        both.monitor.begin()
        both.talk()
        #expect(both.hub.hub.reports.reduce(0) { count, _ in count + 1 } == count)
        let first = both.hub.hub.sequence
        // No list is asked for on the way: it would be the slowest part of the test.
        both.monitor.fail2ban = nil
        both.monitor.now = .at(64_790)
        both.monitor.asked = [.bans(sshd)]
        both.monitor.answerAll(Self.permanent(bans))
        both.monitor.now = .at(64_810)
        var pieces: [UInt64] = []
        var sequence = first
        for _ in 0..<60 {
            both.monitor.now = both.monitor.now + .seconds(1)
            both.monitor.carryOut(both.monitor.monitor.advance(to: both.monitor.now))
            both.talk()
            pieces.append(both.hub.hub.sequence - sequence)
            sequence = both.hub.hub.sequence
        }
        #expect(pieces.max() == 500)
        #expect(sequence - first == UInt64(count))
        #expect(pieces.last == 0)
    }
}

extension HubRig {
    fileprivate func greeted() throws -> HubGreeting {
        var rig = self
        return try rig.greet()
    }
}

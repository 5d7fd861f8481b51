import BanModel
import ClusterCore
import Testing

/// A fail2ban that frees by its own clock, which is the monitor's, and tells times in its own zone.
///
/// - Parameters:
///   - ends: when each ban ends, in seconds as ``Timestamp/at(_:)`` counts them.
///   - zone: by how many seconds its zone is ahead of the monitor's.
private func clocked(
    _ ends: [String: Double], zone: Double = 0, bantime: Double = 600, total: Int? = nil
) -> @Sendable (Question, Timestamp) -> Answer {
    { question, now in
        let listed = ends.filter { Timestamp.at($0.value) > now }
        switch question {
        case .jails: return .jails([sshd])
        case .bantime: return .bantime(.seconds(bantime))
        case .status: return .status(banned: Set(listed.keys.map(address)), total: total ?? ends.count)
        case .bans:
            return .bans(
                listed.map {
                    ListedBan(
                        address: address($0.key), since: .at($0.value + zone - bantime), until: .at($0.value + zone))
                })
        }
    }
}

/// Schedule 9: clocks that are wrong, and set right.
@Suite struct MonitorClockTests {
    /// 2038, and 1970, as seconds after ``start``.
    private static let future = 350_000_000.0
    private static let past = -1_799_999_900.0

    @Test func `schedule 9: a clock fifteen minutes behind is set right: what fail2ban frees is free, the rest stays`()
    {
        var rig = MonitorRig()
        rig.now = .at(-900)
        rig.fail2ban = clocked(["192.0.2.1": -299, "192.0.2.2": 3000], bantime: 600)
        rig.begin()
        #expect(Set(rig.heard) == ["Ban 192.0.2.1", "Ban 192.0.2.2"])
        rig.now = .at(5)
        rig.wait(until: 10)
        #expect(rig.heard.dropFirst(2) == ["Unban 192.0.2.1"])
        rig.wait(until: 2999)
        #expect(rig.heard.count == 3)
        rig.wait(until: 3002)
        #expect(rig.heard.last == "Unban 192.0.2.2")
    }

    @Test(arguments: [true, false])
    func `schedule 9: a boot at 2038 frees nobody, if the clock is set right within a minute`(isRunning: Bool) {
        var rig = MonitorRig()
        rig.fail2ban = clocked(["192.0.2.1": 3600, "192.0.2.2": 600], bantime: 3600)
        rig.begin()
        var next = rig.restarted()
        next.now = .at(Self.future)
        // It starts after us, and knows its bans by then; or it runs and is too busy to answer.
        next.fail2ban = isRunning ? nil : stopped
        next.begin()
        next.wait(until: Self.future + 60)
        #expect(next.heard == [])
        next.asked = []
        next.now = .at(100)
        next = next.restarted()
        next.now = .at(100)
        next.fail2ban = clocked(["192.0.2.1": 3600, "192.0.2.2": 600], bantime: 3600)
        next.begin()
        next.wait(until: 599)
        #expect(next.heard == [])
        next.wait(until: 3602)
        #expect(next.heard == ["Unban 192.0.2.2", "Unban 192.0.2.1"])
    }

    @Test func `schedule 9: an end that came while nobody looked is told once fail2ban says so, or after a minute`() {
        for isAnswered in [true, false] {
            var rig = MonitorRig()
            rig.fail2ban = clocked(["192.0.2.1": 600])
            rig.begin()
            rig = rig.restarted()
            rig.now = .at(5000)
            rig.fail2ban = isAnswered ? clocked([:], total: 1) : stopped
            rig.begin()
            rig.wait(until: 5001)
            #expect(rig.heard == (isAnswered ? ["Unban 192.0.2.1"] : []))
            rig.wait(until: 5071)
            #expect(rig.heard == ["Unban 192.0.2.1"])
        }
    }

    @Test func `schedule 9: a boot at 1970 loses no ban and keeps none, and versions grow through it`() {
        var rig = MonitorRig()
        rig.fail2ban = clocked(["192.0.2.1": 3600], bantime: 3600)
        rig.begin()
        rig = rig.restarted()
        rig.now = .at(Self.past)
        rig.fail2ban = clocked(["192.0.2.1": 3600], bantime: 3600)
        rig.begin()
        rig.fail2ban = clocked(["192.0.2.1": 3600, "192.0.2.2": Self.past + 3610], bantime: 3600)
        rig.line(.banned(address("192.0.2.2")), at: Self.past + 10)
        rig.now = .at(60)  // fail2ban's clock is the same: it frees what it banned then
        rig.wait(until: 65)
        rig.fail2ban = clocked(["192.0.2.1": 3600, "192.0.2.3": 3700], bantime: 3600, total: 3)
        rig.line(.banned(address("192.0.2.3")), at: 100)
        rig.wait(until: 3599)
        #expect(rig.heard == ["Ban 192.0.2.2", "Unban 192.0.2.2", "Ban 192.0.2.3"])
        rig.wait(until: 3702)
        #expect(rig.heard.suffix(2) == ["Unban 192.0.2.1", "Unban 192.0.2.3"])
        #expect(rig.bannedVersions == rig.bannedVersions.sorted())
    }

    @Test(arguments: [true, false])
    func `schedule 9: what a clock at 2038 banned ends by the right clock, by the log alone too`(isRestarted: Bool) {
        var settings = MonitorRig.settings
        settings.asks = false
        settings.bantime = .seconds(600)
        var rig = MonitorRig(settings: settings)
        rig.now = .at(Self.future)
        rig.begin()
        rig.line(.banned(address("192.0.2.1")), at: Self.future + 10)
        rig.now = .at(0)
        if isRestarted {
            rig = MonitorRig(records: rig.records, settings: settings)
            rig.begin()
        }
        rig.wait(until: 0)
        rig.line(.banned(address("192.0.2.2")), at: 100)
        rig.wait(until: 599)
        let before = rig.heard.count
        rig.wait(until: 601)
        #expect(rig.heard.count == before + 1)
        #expect(rig.heard.last == "Unban 192.0.2.1")
        rig.wait(until: 701)
        #expect(rig.heard.last == "Unban 192.0.2.2")
        // Whatever comes after 2038 has a greater version, so that it wins wherever the earlier one is held.
        let versions = rig.bannedVersions
        #expect(versions == versions.sorted() && Set(versions).count == versions.count)
        #expect(versions.last.map { $0 > Timestamp.at(Self.future).microseconds } == true)
    }

    @Test(arguments: [60.0, 36_000])
    func `schedule 9: a clock that was ahead by less than a day is set right: fail2ban's list tells the ends`(
        by: Double
    ) {
        var rig = MonitorRig()
        rig.now = .at(by)
        rig.fail2ban = clocked(["192.0.2.1": by + 600, "192.0.2.2": by + 600])
        rig.begin()
        rig.now = .at(0)
        rig.fail2ban = clocked(["192.0.2.1": 600], total: 2)
        rig.wait(until: 0)
        rig.wait(until: 5)
        #expect(rig.heard.dropFirst(2) == ["Unban 192.0.2.2"])
        rig.fail2ban = stopped
        rig.wait(until: 599)
        #expect(rig.heard.count == 3)
        rig.wait(until: 612)
        #expect(rig.heard.last == "Unban 192.0.2.1")
    }

    @Test func `schedule 9: a jail that was restarted by a clock ahead is done with restoring by the right one`() {
        var rig = MonitorRig()
        rig.now = .at(36_000)
        rig.fail2ban = clocked(["192.0.2.1": 40_000, "192.0.2.2": 40_000], bantime: 4000)
        rig.begin()
        rig.fail2ban = nil
        rig.line(.stopped, at: 36_010)
        rig.line(.started, at: 36_011)
        rig.line(.restored(address("192.0.2.1")), at: 36_012)
        rig.asked = []
        rig = rig.setRight(at: 0, with: clocked(["192.0.2.1": 4000], bantime: 4000, total: 1))
        rig.wait(until: 60)
        #expect(rig.heard.count == 2)
        rig.wait(until: 90)
        #expect(rig.heard.dropFirst(2) == ["Unban 192.0.2.2"])
    }

    @Test func `schedule 9: by the log alone, too, a log in a zone ahead is told of at once`() {
        var settings = MonitorRig.settings
        settings.asks = false
        settings.bantime = .seconds(600)
        var rig = MonitorRig(settings: settings)
        rig.begin()
        rig.line(.banned(address("192.0.2.1")), at: 10, written: 3610)
        rig.line(.unbanned(address("192.0.2.1")), at: 609.5, written: 4209.5)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    static let zones = [-12.0, -5, -1, -0.25, 0.5, 5.75, 14]

    @Test(arguments: zones)
    func `schedule 9: a log in another zone is told of at once, and nobody is freed before fail2ban does`(hours: Double)
    {
        let zone = hours * 3600
        var rig = MonitorRig()
        rig.fail2ban = clocked([:], zone: zone)
        rig.begin()
        // Two in a row, of which one is freed by a person.
        rig.fail2ban = clocked(["192.0.2.1": 610], zone: zone)
        rig.line(.banned(address("192.0.2.1")), at: 10, written: 10 + zone)
        rig.wait(until: 11)
        #expect(rig.heard == ["Ban 192.0.2.1"])
        rig.fail2ban = clocked(["192.0.2.1": 610, "192.0.2.2": 620], zone: zone)
        rig.line(.banned(address("192.0.2.2")), at: 20, written: 20 + zone)
        rig.wait(until: 21)
        #expect(rig.heard == ["Ban 192.0.2.1", "Ban 192.0.2.2"])
        rig.fail2ban = clocked(["192.0.2.1": 610], zone: zone, total: 2)
        rig.line(.unbanned(address("192.0.2.2")), at: 100, written: 100 + zone)
        rig.wait(until: 103)
        #expect(rig.heard.last == "Unban 192.0.2.2")
        // A restart of the jail, its lines in the other zone, frees nobody.
        rig.fail2ban = nil
        rig.line(.unbanned(address("192.0.2.1")), at: 200, written: 200 + zone)
        rig.line(.stopped, at: 200.5, written: 200.5 + zone)
        rig.line(.started, at: 201, written: 201 + zone)
        rig.line(.restored(address("192.0.2.1")), at: 202, written: 202 + zone)
        #expect(!rig.heard.contains("Unban 192.0.2.1"))
        rig = rig.restarted()
        rig.fail2ban = clocked(["192.0.2.1": 610], zone: zone)
        rig.begin()
        rig.wait(until: 609)
        #expect(!rig.heard.contains("Unban 192.0.2.1"))
        rig.line(.unbanned(address("192.0.2.1")), at: 610.5, written: 610.5 + zone)
        rig.wait(until: 614)
        #expect(rig.heard.last == "Unban 192.0.2.1")
    }

    @Test func `the hour that comes twice is read as the later one: nobody is freed before fail2ban does`() {
        // Caught up on after the hour: the line's time is read as an hour later than it was, as far as that is past.
        var rig = MonitorRig()
        rig.now = .at(5400)
        rig.begin()
        rig.line(.banned(address("192.0.2.1")), at: 5400, written: 3600)
        // And the list, whose end lies in the hour, an hour late.
        rig.fail2ban = clocked(["192.0.2.1": 7200], zone: 3600, bantime: 7200)
        rig.answerAll(rig.fail2ban!)
        rig.line(.bannedAlready(address("192.0.2.1")), at: 5500, written: 5500)
        rig.wait(until: 7199)
        #expect(rig.heard == ["Ban 192.0.2.1"])
        rig.line(.unbanned(address("192.0.2.1")), at: 7200.5)
        rig.wait(until: 7204)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    @Test func `lines of one microsecond lose nothing, and their versions grow`() {
        var rig = MonitorRig()
        for last in 1...9 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
        #expect(rig.heard == (1...9).map { "Ban 192.0.2.\($0)" })
        #expect(rig.bannedVersions == (0..<9).map { Timestamp.at(1).microseconds + $0 })
    }

    @Test func `ban, unban and ban in one microsecond leave a ban`() {
        var rig = MonitorRig()
        rig.fail2ban = clocked(["192.0.2.1": 1000], bantime: 600)
        rig.begin()
        rig.wait(until: 999)
        rig.fail2ban = nil
        // At its end: the second ban is one of its own.
        let anew = [LogRecord.JailEvent.unbanned, LogRecord.JailEvent.banned]
        for event in anew { rig.line(event(address("192.0.2.1")), at: 1000.5) }
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1", "Ban 192.0.2.1"])
        // Before its end an unban is doubtful, and the ban after it settles that.
        for event in [LogRecord.JailEvent.banned] + anew { rig.line(event(address("192.0.2.1")), at: 1100) }
        rig.fail2ban = clocked(["192.0.2.1": 1700], bantime: 600, total: 3)
        rig.answerAll(rig.fail2ban!)
        rig.wait(until: 1699)
        #expect(rig.heard.count == 3)
        let versions = rig.versions
        #expect(versions == versions.sorted())
        #expect(Set(rig.bannedVersions).count == rig.bannedVersions.count)
    }
}

extension MonitorRig {
    /// The clock is set to this second, and fail2ban answers what was asked before.
    fileprivate func setRight(at seconds: Double, with fail2ban: @escaping @Sendable (Question, Timestamp) -> Answer)
        -> MonitorRig
    {
        var rig = self
        rig.now = .at(seconds)
        rig.fail2ban = fail2ban
        rig.carryOut(rig.monitor.advance(to: rig.now))
        for question in [Question.jails, .bantime(sshd), .bans(sshd), .status(sshd)] {
            rig.carryOut(
                rig.monitor.answered(question, with: fail2ban(question, rig.now), isLogRead: true, at: rig.now))
        }
        return rig
    }

    /// Of the reports in the state file, in its order.
    fileprivate var bannedVersions: [Version] {
        records.compactMap { if case .live(_, let state) = $0, !state.isLifted { state.version } else { nil } }
    }

    /// Of the reports and of those that are over.
    fileprivate var versions: [Version] {
        records.compactMap {
            switch $0 {
            case .live(_, let state), .pardoned(_, let state): state.version
            case .gone(_, let version): version
            case .version, .position, .spool, .clock, .instance: nil
            }
        }
    }
}

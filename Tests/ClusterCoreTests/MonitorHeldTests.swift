import BanModel
import ClusterCore
import Testing

/// What the hub holds of a host, and its monitor does not know.
@Suite struct MonitorHeldTests {
    private let one = "198.51.100.1"

    /// A hub that was told of the first so many addresses, and fail2ban lists them.
    private func begun(_ count: Int, until seconds: Double = 7200) -> Together {
        var both = Together()
        both.monitor.fail2ban = list(1...count, until: seconds)
        both.monitor.begin()
        both.talk()
        return both
    }

    private func list(_ last: ClosedRange<Int>, until seconds: Double = 7200, total: Int = 8)
        -> @Sendable (Question, Timestamp) -> Answer
    {
        running(Dictionary(uniqueKeysWithValues: last.map { ("198.51.100.\($0)", seconds) }), total: total)
    }

    private func names(_ last: ClosedRange<Int>) -> Set<String> { Set(last.map { "198.51.100.\($0)" }) }

    @Test func `what a lost state file knew is taken over, and fail2ban's list decides`() {
        var both = begun(8)
        both.loseState()
        both.restartMonitor()
        both.talk()
        #expect(both.inquiries == 3, "of eight, three an answer")
        #expect(both.hub.banned == names(1...8), "nobody is freed because a file was lost")
        both.monitor.fail2ban = list(1...3)
        both.monitor.answerAll(list(1...3))
        both.talk()
        #expect(both.hub.banned == names(1...8), "nor because a jail that has just started lists nobody yet")
        both.wait(until: 200)
        both.talk()
        #expect(both.hub.banned == names(1...3))
        both.agree()
        both.wait(until: 7300)
        both.talk()
        #expect(both.hub.banned == [])
        both.wait(until: 20_000)
        #expect(both.monitor.monitor.snapshot.allSatisfy { if case .live = $0 { false } else { true } })
    }

    @Test func `a state file from a backup takes the newer word from the hub`() {
        var both = begun(2, until: 600)
        let backup = both.monitor.records
        both.monitor.fail2ban = list(1...3, until: 900)
        both.wait(until: 400)
        both.talk()
        both.monitor.records = backup
        both.monitor.fail2ban = nil
        both.restartMonitor()
        both.talk()
        both.agree()
        both.monitor.fail2ban = list(1...3, until: 900)
        both.monitor.answerAll(list(1...3, until: 900))
        both.wait(until: 899)
        both.talk()
        #expect(both.hub.banned == names(1...3))
        both.agree()
    }

    @Test func `schedule 11: a hub that lost its disk is told the table, without being asked what it holds`() {
        var both = begun(8)
        both.hub = HubRig()
        both.lose()
        both.talk()
        #expect(both.toldAgain == 8)
        #expect(both.inquiries == 0)
        #expect(both.hub.banned == names(1...8))
        both.agree()
    }

    @Test func `schedule 11: a hub with an older disk is told what it lacks, and nothing else`() {
        var both = begun(5)
        let older = both.hub
        both.monitor.fail2ban = list(1...8)
        both.wait(until: 301)
        both.talk()
        both.hub = older
        both.lose()
        both.talk()
        #expect(both.toldAgain == 3)
        #expect(both.hub.banned == names(1...8))
        both.agree()
    }

    @Test func `a hub that cannot say what it holds is told everything`() {
        var both = begun(3)
        both.hub.report([report(one, version: 99_000_000, until: 7200)])
        both.lose()
        both.greet()
        #expect(both.monitor.monitor.heldQuestion != nil)
        #expect(both.monitor.monitor.takeReports(atMost: 9, at: both.monitor.now) == [])
        both.monitor.carryOut(both.monitor.monitor.heldIsUnknown(at: both.monitor.now))
        #expect(both.monitor.monitor.heldQuestion == nil)
        #expect(both.toldAgain == 3)
    }

    @Test func `a connection that breaks between two answers begins anew`() throws {
        var both = begun(8)
        both.loseState()
        both.monitor.fail2ban = nil
        both.restartMonitor()
        both.greet()
        let question = try #require(both.monitor.monitor.heldQuestion)
        let answer = both.hub.held(question, instance: both.monitor.monitor.instance.number)
        let first = try #require(answer)
        #expect(!first.isAll)
        both.monitor.carryOut(both.monitor.monitor.held(first, at: both.monitor.now))
        both.lose()
        #expect(both.monitor.monitor.heldQuestion == nil)
        both.talk()
        both.agree()
        #expect(both.hub.banned == names(1...8))
    }

    @Test func `what may not be reported any more is lifted, though only the hub knew of it`() {
        var both = begun(3)
        both.loseState()
        both.monitor.fail2ban = nil
        var settings = MonitorRig.settings
        settings.ignored = [address(one)]
        both.restartMonitor(settings)
        both.talk()
        #expect(both.hub.banned == names(2...3))
        both.agree()
    }

    // MARK: Pardons

    private static let permanent: @Sendable (Question, Timestamp) -> Answer = { question, _ in
        switch question {
        case .jails: .jails([sshd])
        case .bantime: .bantime(nil)
        case .bans: .bans([ListedBan(address: address("198.51.100.1"), since: start, until: .forever)])
        case .status: .status(banned: [address("198.51.100.1")], total: 1)
        }
    }

    /// By an administrator, at the hub.
    private func pardon(_ both: inout Together, isAll: Bool = true) {
        both.hub.heard(both.hub.hub.pardon(address(one), token: nil, at: both.hub.now))
        if isAll { #expect(both.hub.banned == []) }
    }

    enum AfterPardon: String, CaseIterable, CustomTestStringConvertible {
        case nothing, sweep, restart, restored, stateLost, sameEnd
        case ban, alreadyBanned, prolonged, freedAndListed, otherVersionWaiting

        var testDescription: String { rawValue }
        var isAttack: Bool {
            switch self {
            case .nothing, .sweep, .restart, .restored, .stateLost, .sameEnd: false
            case .ban, .alreadyBanned, .prolonged, .freedAndListed, .otherVersionWaiting: true
            }
        }
    }

    @Test(arguments: AfterPardon.allCases, [0.0, 900, -900])
    func `schedule 37: what is pardoned and listed still is not told again, a new attack is`(
        after: AfterPardon, offset: Double
    ) {
        var both = Together()
        both.offset = offset
        both.monitor.fail2ban = list(1...1)
        both.monitor.begin()
        both.talk()
        both.wait(until: 100)
        both.talk()
        pardon(&both)
        // An attack before it, delivered after: the hub was away.
        if after == .otherVersionWaiting { both.line(.bannedAlready(address(one)), at: 7000) }
        both.lose()
        both.talk()
        if !after.isAttack || after != .otherVersionWaiting {
            #expect(both.hub.banned == [], "the hub's word is taken over")
            both.agree()
        }
        switch after {
        case .nothing, .otherVersionWaiting: break
        case .sweep: both.wait(until: 1000)
        case .restart:
            both.restartMonitor()
            both.monitor.fail2ban = list(1...1)
            both.monitor.begin()
        case .restored: both.line(.restored(address(one)), at: 200)
        case .stateLost:
            both.loseState()
            both.restartMonitor()
            both.talk()
            both.monitor.fail2ban = list(1...1)
            both.monitor.answerAll(list(1...1))
        case .sameEnd: both.monitor.fail2ban = list(1...1, until: 7205)
        case .ban: both.line(.banned(address(one)), at: 200)
        case .alreadyBanned: both.line(.bannedAlready(address(one)), at: 7000)
        case .prolonged: both.monitor.fail2ban = list(1...1, until: 9000)
        case .freedAndListed:
            both.monitor.fail2ban = running([:], total: 8)
            both.line(.unbanned(address(one)), at: 110)
            both.wait(until: 301)
            both.talk()
            #expect(both.hub.banned == [])
            both.monitor.fail2ban = list(1...1, until: 8000)
        }
        both.wait(until: max(1000, both.monitor.seconds))
        both.talk()
        #expect(both.hub.banned == (after.isAttack ? [one] : []))
        both.agree()
        both.monitor.fail2ban = running([:], total: 8)
        both.wait(until: 20_000)
        both.talk()
        #expect(both.hub.banned == [])
        both.agree()
    }

    @Test func `schedule 37: a permanent ban that is pardoned is not told anew with the years`() {
        var both = Together()
        both.monitor.fail2ban = Self.permanent
        both.monitor.begin()
        both.talk()
        pardon(&both)
        both.lose()
        both.talk()
        for day in 1...40 {
            both.wait(until: Double(day) * 86_400)
            both.talk()
            #expect(both.hub.banned == [])
        }
        both.restartMonitor()
        both.talk()
        #expect(both.hub.banned == [])
    }

    @Test func `schedule 37: a permanent ban that was pardoned since the last hello is not told anew with the years`() {
        var both = Together()
        both.monitor.fail2ban = Self.permanent
        both.monitor.begin()
        both.talk()
        pardon(&both)
        for hour in 1...(40 * 24) {
            both.wait(until: Double(hour) * 3600)
            both.talk()
            #expect(both.hub.banned == [])
        }
        both.agree()
    }

    @Test func `schedule 37: a clock that is set right after a pardon does not speak against it`() {
        var both = begun(2)
        pardon(&both, isAll: false)
        both.offset = 900
        both.lose()
        both.talk()
        #expect(both.hub.banned == ["198.51.100.2"])
        both.agree()
    }

    @Test func `a pardon goes on to the next hub, which held the ban`() {
        var both = begun(1)
        var other = both.hub
        pardon(&both)
        both.lose()
        both.talk()
        swap(&both.hub, &other)
        both.lose()
        both.talk()
        #expect(both.hub.banned == [])
        both.agree()
    }

    // MARK: Whatever happens

    @Test(arguments: 0..<200) func `after two hellos a third has nothing to say, whatever was lost before`(seed: UInt64)
    {
        var random = SplitMix(seed: seed)
        var both = Together()
        both.monitor.begin()
        var backups: [(records: [MonitorRecord], hub: HubRig)] = []
        var bans: [String: Double] = [:]
        var time = 1.0
        for _ in 0..<40 {
            time += Double(random.below(60)) + 0.5
            let text = "198.51.100.\(random.below(6))"
            bans = bans.filter { $0.value > time }
            switch random.below(10) {
            case 0...2:
                bans[text] = time + 300
                both.monitor.fail2ban = running(bans, total: 50, bantime: 300)
                both.line(.banned(address(text)), at: time)
            case 3:
                bans[text] = nil
                both.monitor.fail2ban = running(bans, total: 50, bantime: 300)
                both.line(.unbanned(address(text)), at: time)
            case 4: backups.append((both.monitor.records, both.hub))
            case 5: if let backup = backups.last { both.monitor.records = backup.records }
            case 6: if let backup = backups.last { both.hub = backup.hub }
            case 7: both.loseState()
            case 8: pardonAll(&both)
            default: both.hub = HubRig()
            }
            if random.below(3) == 0 { both.restartMonitor() }
            both.monitor.fail2ban = running(bans, total: 50, bantime: 300)
            both.wait(until: time)
            if random.below(2) == 0 {
                both.lose()
                both.talk(losing: random.below(4) == 0)
            }
        }
        for _ in 0..<2 {
            both.lose()
            both.talk()
        }
        both.agree()
        // And it ends with nothing on either side.
        both.monitor.fail2ban = running([:], total: 50)
        for step in 1...20 {
            both.wait(until: time + Double(step) * 100)
            both.talk()
        }
        #expect(both.hub.banned == [])
        both.wait(until: time + 100_000)
        #expect(both.monitor.monitor.snapshot.allSatisfy { if case .live = $0 { false } else { true } })
    }

    private func pardonAll(_ both: inout Together) {
        for last in 0..<6 {
            both.hub.heard(both.hub.hub.pardon(address("198.51.100.\(last)"), token: nil, at: both.hub.now))
        }
    }
}

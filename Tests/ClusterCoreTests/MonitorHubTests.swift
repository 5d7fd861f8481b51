import BanModel
import ClusterCore
import Testing

/// A monitor's core and a hub's, and the wire between them, which may lose an answer.
struct Together {
    var monitor: MonitorRig
    var hub: HubRig
    /// What the hub's clock shows beyond the monitor's, in seconds.
    var offset = 0.0
    var isGreeted = false
    /// How often the hub was asked what it holds.
    var inquiries = 0
    /// So many reports go in one request.
    var batch = 3
    /// The log: what is not done with is read again after a restart.
    private var lines: [LogRecord] = []
    /// The spool, in the same way.
    private var spooled: [SpooledBan] = []

    init(hub: HubRig = HubRig()) {
        self.hub = hub
        monitor = MonitorRig()
        monitor.isHubUp = false
        monitor.monitor.unanswered()
    }

    private mutating func setHubClock() {
        hub.wait(until: monitor.now + .seconds(offset))
    }

    /// A hello, and all that the monitor has to say then; ends where the hub refuses.
    mutating func talk(token: String? = nil, losing: Bool = false) {
        greet(token: token)
        guard isGreeted else { return }
        while let question = monitor.monitor.heldQuestion {
            guard let answer = hub.held(question, instance: monitor.monitor.instance.number, token: token) else {
                return
            }
            inquiries += 1
            monitor.carryOut(monitor.monitor.held(answer, at: monitor.now))
        }
        while true {
            let reports = monitor.monitor.takeReports(atMost: batch, at: monitor.now)
            guard !reports.isEmpty else { return }
            let outcome = hub.report(reports, instance: monitor.monitor.instance.number, token: token)
            guard outcome.refusal == nil, !losing else { return lose() }
            let (effects, goOn) = monitor.monitor.taken(reports.count, except: outcome.except, at: monitor.now)
            monitor.carryOut(effects)
            guard goOn else { return }
        }
    }

    /// A hello, where none was said since the connection broke.
    mutating func greet(token: String? = nil) {
        setHubClock()
        if monitor.monitor.wantsGreeting { isGreeted = false }
        guard !isGreeted,
            let greeting = try? hub.greet(instance: monitor.monitor.instance.number, token: token)
        else { return }
        monitor.carryOut(monitor.monitor.greeted(greeting, asked: monitor.now, at: monitor.now))
        isGreeted = true
    }

    /// The state file is gone, but for who the monitor is.
    mutating func loseState() { monitor.records = [.instance(monitor.monitor.instance)] }

    /// A line of the log, written and read at this second.
    mutating func line(_ event: LogRecord.JailEvent, at seconds: Double) {
        monitor.wait(until: seconds)
        lines.append(LogRecord(time: monitor.now, event: .jail(sshd, event)))
        readLines(from: lines.count - 1)
    }

    /// A line of the spool, written and read at this second; the ban lasts from another one on.
    mutating func spool(
        _ text: String, bantime: Double?, at seconds: Double, from time: Double? = nil, jail: Jail = sshd
    ) {
        monitor.wait(until: seconds)
        spooled.append(
            SpooledBan(
                Subject(jail, address(text)), time: .at(time ?? seconds), bantime: bantime.map { .seconds($0) }))
        readSpool(from: spooled.count - 1)
        if let fail2ban = monitor.fail2ban { monitor.answerAll(fail2ban) }
    }

    private mutating func readSpool(from first: Int) {
        for (index, ban) in spooled.enumerated().dropFirst(first) {
            monitor.carryOut(monitor.monitor.read(ban, at: monitor.now))
            let position = FilePosition(
                device: 1, inode: 2, offset: UInt64(index + 1), headLength: 0, headSum: 0, tailSum: 0)
            monitor.carryOut(monitor.monitor.reachedInSpool(position, at: monitor.now))
        }
    }

    /// A hello more tells nothing, and asks nothing.
    mutating func agree(_ location: SourceLocation = #_sourceLocation) {
        let (asked, told, sequence) = (inquiries, toldAgain, hub.hub.sequence)
        lose()
        talk()
        #expect(inquiries == asked, sourceLocation: location)
        #expect(toldAgain == told, sourceLocation: location)
        #expect(hub.hub.sequence == sequence, sourceLocation: location)
    }

    private mutating func readLines(from first: Int) {
        for (index, line) in lines.enumerated().dropFirst(first) {
            monitor.carryOut(monitor.monitor.read(line, at: monitor.now))
            let position = LogPosition(
                device: 1, inode: 1, offset: UInt64(index + 1), headLength: 0, headSum: 0, tailSum: 0)
            monitor.carryOut(monitor.monitor.reached(position, at: monitor.now))
        }
        if let fail2ban = monitor.fail2ban { monitor.answerAll(fail2ban) }
    }

    /// The connection breaks.
    mutating func lose() {
        monitor.monitor.unanswered()
        isGreeted = false
    }

    /// The monitor is killed, and starts again with what its file holds.
    mutating func restartMonitor(
        _ settings: Monitor.Settings = MonitorRig.settings, isGreetedFirst: Bool = false,
        _ fail2ban: (@Sendable (Question, Timestamp) -> Answer)? = nil
    ) {
        let now = monitor.now
        monitor = MonitorRig(records: monitor.records, settings: settings)
        monitor.now = now
        monitor.isHubUp = false
        lose()
        monitor.carryOut(monitor.monitor.start(at: now))
        if isGreetedFirst { greet() }
        if let place = monitor.monitor.position?.file { readLines(from: Int(place.offset)) }
        if let place = monitor.monitor.spoolPosition { readSpool(from: Int(place.offset)) }
        if let fail2ban { monitor.answerAll(fail2ban) }
    }

    mutating func wait(until seconds: Double) {
        monitor.wait(until: seconds)
        setHubClock()
    }

    var toldAgain: Int {
        monitor.notes.reduce(0) { if case .toldAgain(let count) = $1 { $0 + count } else { $0 } }
    }
}

@Suite struct MonitorHubTests {
    @Test func `a report carries its end, and no end is reported`() {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 600], total: 1)
        both.monitor.begin()
        both.talk()
        #expect(both.hub.broadcasts == ["a|sshd|Ban|198.51.100.1"])
        both.wait(until: 599)
        both.monitor.fail2ban = running([:], total: 1)
        both.monitor.line(.unbanned(address("198.51.100.1")), at: 601)
        #expect(both.monitor.monitor.takeReports(atMost: 10, at: both.monitor.now) == [])
        both.wait(until: 602)
        #expect(both.hub.broadcasts == ["a|sshd|Ban|198.51.100.1", "a|sshd|Unban|198.51.100.1"])
    }

    @Test func `an end that fail2ban moves is told with a new version`() {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 600], total: 1)
        both.monitor.begin()
        both.talk()
        both.monitor.fail2ban = running(["198.51.100.1": 900], total: 1)
        both.wait(until: 598)
        both.talk()
        both.wait(until: 899)
        #expect(both.hub.broadcasts.count == 1)
        both.wait(until: 902)
        #expect(both.hub.broadcasts.count == 2)
    }

    @Test func `schedule 11: a hub that lost its memory is told everything, one that did not is told nothing`() {
        var both = Together()
        both.monitor.begin()
        for last in 1...8 { both.monitor.line(.banned(address("198.51.100.\(last)")), at: 1) }
        both.talk()
        both.lose()
        both.talk()
        #expect(both.toldAgain == 0)
        both.hub = HubRig()
        both.lose()
        both.talk()
        #expect(both.toldAgain == 8)
        #expect(both.hub.broadcasts.count == 8)
        both.restartMonitor()
        both.talk()
        #expect(both.toldAgain == 0)
    }

    @Test(arguments: [true, false])
    func `what ends while a hub begins anew is freed by its subscribers all the same`(isMonitorRestarted: Bool) {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 600], total: 1)
        both.monitor.begin()
        both.talk()
        let heard = both.hub.broadcasts
        both.lose()
        both.monitor.fail2ban = running([:], total: 1)
        if isMonitorRestarted { both.restartMonitor() } else { both.wait(until: 700) }
        both.hub = HubRig()
        both.hub.broadcasts = heard
        both.wait(until: 800)
        #expect(both.hub.banned == ["198.51.100.1"])
        both.talk()
        #expect(both.hub.banned == [])
        #expect(both.monitor.monitor.snapshot.allSatisfy { if case .live = $0 { false } else { true } })
    }

    @Test func `schedule 18: a hub with an older copy hears of the lift that it missed`() {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 600], total: 1)
        both.monitor.begin()
        both.talk()
        let older = both.hub
        both.monitor.fail2ban = running([:], total: 1)
        both.monitor.line(.unbanned(address("198.51.100.1")), at: 100)
        both.wait(until: 103)
        both.talk()
        #expect(both.hub.broadcasts.last == "a|sshd|Unban|198.51.100.1")
        both.hub = older
        both.restartMonitor()
        both.talk()
        #expect(both.hub.broadcasts.last == "a|sshd|Unban|198.51.100.1")
        // Nothing is remembered for ever.
        both.wait(until: 602)
        #expect(both.monitor.monitor.snapshot.allSatisfy { if case .live = $0 { false } else { true } })
    }

    @Test func `schedule 6: with a wrong token nothing is lost, with the right one everything arrives, in order`() {
        var both = Together(hub: HubRig(HubRig.settings(tokens: ["right"])))
        both.monitor.begin()
        for last in 1...20 { both.monitor.line(.banned(address("198.51.100.\(last)")), at: Double(last)) }
        for _ in 1...50 { both.talk(token: "wrong") }
        #expect(both.hub.broadcasts == [])
        both.restartMonitor()
        for last in 21...40 { both.monitor.line(.banned(address("198.51.100.\(last)")), at: Double(last)) }
        both.talk(token: "right")
        // What was read before the restart is read again from the log: the position has not moved.
        #expect(both.hub.broadcasts == (21...40).map { "a|sshd|Ban|198.51.100.\($0)" })
        #expect(both.monitor.records.allSatisfy { if case .position = $0 { false } else { true } })
    }

    @Test func `schedule 6: what the hub refuses for good is passed, and the position moves past it`() {
        var both = Together(hub: HubRig(HubRig.settings(ignored: [address("198.51.100.2")])))
        both.monitor.begin()
        for last in 1...3 { both.monitor.line(.banned(address("198.51.100.\(last)")), at: 1) }
        let position = LogPosition(device: 1, inode: 1, offset: 300, headLength: 0, headSum: 0, tailSum: 0)
        both.monitor.carryOut(both.monitor.monitor.reached(position, at: both.monitor.now))
        both.talk()
        #expect(both.hub.broadcasts == ["a|sshd|Ban|198.51.100.1", "a|sshd|Ban|198.51.100.3"])
        #expect(both.monitor.records.last == .position(position))
        let isSaid = both.monitor.notes.contains {
            if case .refusedForGood(let subject, let reason?) = $0 {
                subject == ssh("198.51.100.2") && reason.contains("may not be banned")
            } else {
                false
            }
        }
        #expect(isSaid)
        // The hub does not hold it, and is not thought to.
        both.lose()
        both.talk()
        #expect(both.toldAgain == 0)
    }

    @Test func `an answer that was lost changes nothing`() {
        var both = Together()
        both.monitor.begin()
        for last in 1...3 { both.monitor.line(.banned(address("198.51.100.\(last)")), at: 1) }
        both.talk(losing: true)
        #expect(both.hub.broadcasts.count == 3)
        both.talk()
        #expect(both.hub.broadcasts.count == 3)
        both.lose()
        both.talk()
        #expect(both.toldAgain == 0)
    }

    @Test func `what changes while reports are on their way is told with the next ones`() {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 600, "198.51.100.2": 20], total: 2)
        both.monitor.begin()
        both.talk(losing: true)
        both.lose()
        both.talk()
        let told = both.monitor.monitor.takeReports(atMost: 9, at: both.monitor.now)
        #expect(told == [])
        both.monitor.fail2ban = running(["198.51.100.1": 900, "198.51.100.2": 40], total: 2)
        both.monitor.line(.bannedAlready(address("198.51.100.1")), at: 10)
        let first = both.monitor.monitor.takeReports(atMost: 9, at: both.monitor.now)
        #expect(first.map(\.subject.address).map(\.description) == ["198.51.100.1", "198.51.100.2"])
        // One end moves once more, the other ban is over, before the hub's answer comes.
        both.monitor.fail2ban = running(["198.51.100.1": 1200, "198.51.100.2": 40], total: 2)
        both.monitor.line(.bannedAlready(address("198.51.100.1")), at: 45)
        let outcome = both.hub.report(first, instance: both.monitor.monitor.instance.number)
        #expect(outcome.refusal == nil && outcome.except.isEmpty)
        both.monitor.carryOut(both.monitor.monitor.taken(2, except: [:], at: both.monitor.now).effects)
        let second = both.monitor.monitor.takeReports(atMost: 9, at: both.monitor.now)
        #expect(second.map(\.subject.address.description) == ["198.51.100.1"])
        #expect(second.first.map { $0.state.until >= .at(1200) } == true)
    }

    @Test(arguments: [900.0, -900])
    func `schedule 9: a clock that is fifteen minutes off moves no end`(offset: Double) {
        var both = Together()
        both.offset = offset
        both.monitor.fail2ban = running(["198.51.100.1": 600], total: 1)
        both.monitor.begin()
        both.talk()
        #expect(both.hub.broadcasts == ["a|sshd|Ban|198.51.100.1"])
        both.wait(until: 599)
        #expect(both.hub.broadcasts.count == 1)
        both.restartMonitor()
        both.monitor.fail2ban = running(["198.51.100.1": 600], total: 1)
        both.talk()
        #expect(both.toldAgain == 0)
        both.wait(until: 602)
        #expect(both.hub.broadcasts.count == 2)
    }

    @Test(arguments: [900.0, -900])
    func `schedule 9: a clock that is set right afterwards moves no end`(offset: Double) {
        var both = Together()
        both.offset = offset
        both.monitor.fail2ban = running(["198.51.100.1": 600], total: 1)
        both.monitor.begin()
        both.talk()
        both.lose()
        both.offset = 0
        both.hub.jump(to: both.monitor.now)
        both.talk()
        // The hub's clock was the wrong one, and the end it was told was in its time.
        both.wait(until: 598)
        #expect(!both.hub.broadcasts.contains { $0.contains("Unban") })
        #expect(both.hub.broadcasts.last == "a|sshd|Ban|198.51.100.1")
        both.wait(until: 602)
        #expect(both.hub.broadcasts.last == "a|sshd|Unban|198.51.100.1")
    }

    @Test func `schedule 21: an old hub is replaced by a new one, which is told everything, and by an old one again`() {
        var both = Together()
        both.monitor.isHubUp = true
        both.monitor.begin()
        both.monitor.carryOut(both.monitor.monitor.greeted(nil, asked: both.monitor.now, at: both.monitor.now))
        both.monitor.line(.banned(address("198.51.100.1")), at: 1)
        #expect(both.monitor.heard == ["Ban 198.51.100.1"])
        both.monitor.isHubUp = false
        both.lose()
        both.talk()
        #expect(both.hub.broadcasts == ["a|sshd|Ban|198.51.100.1"])
        both.lose()
        #expect(both.monitor.monitor.outgoing == nil)
        both.monitor.isHubUp = true
        both.monitor.carryOut(both.monitor.monitor.greeted(nil, asked: both.monitor.now, at: both.monitor.now))
        both.monitor.line(.banned(address("198.51.100.2")), at: 2)
        #expect(both.monitor.heard == ["Ban 198.51.100.1", "Ban 198.51.100.2"])
    }

    /// Whatever happens on the way, a hub that can be reached in the end holds what the monitor holds.
    @Test(arguments: 0..<200) func `hub and monitor agree in the end`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var both = Together()
        var others = [HubRig(), HubRig()]
        var bans: [String: Double] = [:]
        var total = 0
        both.monitor.begin()
        both.line(.started, at: 0)
        var time = 1.0
        for _ in 0..<60 {
            time += Double(random.below(40)) + 0.5
            let text = "198.51.100.\(random.below(6))"
            bans = bans.filter { $0.value > time }
            both.monitor.fail2ban = running(bans, total: total)
            switch random.below(9) {
            case 0...2:
                total += 1
                bans[text] = time + 200
                both.monitor.fail2ban = running(bans, total: total, bantime: 200)
                both.line(.banned(address(text)), at: time)
            case 3:
                bans[text] = nil
                both.monitor.fail2ban = running(bans, total: total, bantime: 200)
                both.line(.unbanned(address(text)), at: time)
                time += 3
            case 4: if bans[text] != nil { bans[text] = time + Double(random.below(400)) + 5 }
            case 5: both.restartMonitor()
            case 6: both.hub = HubRig()
            case 7:
                let index = random.below(2)
                (both.hub, others[index]) = (others[index], both.hub)
                both.lose()
            default: both.lose()
            }
            both.monitor.fail2ban = running(bans.filter { $0.value > time }, total: total, bantime: 200)
            both.wait(until: time)
            if random.below(2) == 0 { both.talk(losing: random.below(4) == 0) }
        }
        both.lose()
        both.talk()
        both.talk()
        let listed = Set(bans.filter { $0.value > time }.keys)
        #expect(both.hub.banned.isSuperset(of: listed), "what fail2ban lists is banned")
        // And it ends with nothing on either side.
        both.monitor.fail2ban = running([:], total: total)
        for step in 1...100 {
            both.wait(until: time + Double(step) * 20)
            both.talk()
        }
        #expect(both.hub.banned == [], "what it does not list any more is free")
        // A line that was read again before the jail's bantime was known made the hub remember a day.
        both.wait(until: time + 100_000)
        #expect(both.hub.hub.nextDeadline == nil)
        #expect(both.monitor.monitor.snapshot.allSatisfy { if case .live = $0 { false } else { true } })
    }

    @Test func `a monitor that has something to tell asks its hub every few minutes what time it is`() {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 86_400], total: 1)
        both.monitor.begin()
        both.talk()
        #expect(!both.monitor.monitor.wantsGreeting)
        both.wait(until: 290)
        #expect(!both.monitor.monitor.wantsGreeting)
        both.monitor.wait(until: 700)
        #expect(both.monitor.monitor.wantsGreeting)
        let (sequence, told) = (both.hub.hub.sequence, both.toldAgain)
        both.talk()
        #expect(!both.monitor.monitor.wantsGreeting)
        #expect(both.hub.hub.sequence == sequence)
        #expect(both.toldAgain == told)
    }

    @Test func `a hub's clock that was never set moves no end`() {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 600], total: 1)
        both.monitor.begin()
        let greeting = HubGreeting(
            epoch: 7, sequence: 0, time: .seconds(100), longestRequest: 4_096, reportsPerRequest: 10,
            maximumBantime: .seconds(30 * 86_400), version: 0,
            digest: ReportDigest())
        both.monitor.carryOut(
            both.monitor.monitor.greeted(greeting, asked: both.monitor.now, at: both.monitor.now))
        let told = both.monitor.monitor.takeReports(atMost: 9, at: both.monitor.now)
        #expect(told.map { $0.state.until < .at(602) && $0.state.until >= .at(600) } == [true])
    }
}

/// Chance that a seed repeats (Steele, Lea, Flood: splitmix64).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

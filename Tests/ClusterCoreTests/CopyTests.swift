import BanModel
import Testing

@testable import ClusterCore

/// How a copy comes to hold what the hub holds, whatever is lost on the way.
@Suite struct CopyTests {
    private func reports(_ range: ClosedRange<Int>, version: Int64 = 1, until: Double? = 600) -> [Report] {
        range.map { report("198.51.\($0 / 256).\($0 % 256)", version: version, until: until) }
    }

    @Test func `who joins late has everything, in pieces`() {
        var rig = CopyRig()
        rig.isHeard = false
        rig.report(reports(0...99))
        rig.talk()
        #expect(rig.held.copy.count == 100)
        #expect(rig.held.copy == rig.held.hub)
        #expect(rig.questions.first == .since(epoch: 0, sequence: 0))
        #expect(rig.fetched == 100)
    }

    @Test func `who hears everything asks for nothing`() {
        var rig = CopyRig()
        rig.talk()
        rig.questions = []
        for number in 0...9 { rig.report(reports(number...number)) }
        rig.broadcast()
        #expect(rig.questions == [])
        #expect(rig.held.copy == rig.held.hub)
    }

    @Test func `a gap is seen with the next broadcast, and only what was missed is asked for`() {
        var rig = CopyRig()
        rig.report(reports(0...49))
        (rig.questions, rig.fetched) = ([], 0)
        rig.isHeard = false
        rig.report(reports(50...54))
        rig.isHeard = true
        rig.report(reports(55...55))
        #expect(rig.questions == [.since(epoch: 7, sequence: 50), .since(epoch: 7, sequence: 53)])
        #expect(rig.fetched == 6)
        #expect(rig.held.copy == rig.held.hub)
    }

    @Test func `schedule 17: the last broadcast before a silence is missed, and a beacon shows it`() {
        var rig = CopyRig()
        rig.talk()
        rig.isHeard = false
        rig.report(reports(0...0))
        rig.isHeard = true
        #expect(rig.held.copy == [])
        rig.broadcast()
        #expect(rig.held.copy == rig.held.hub)
    }

    @Test func `schedule 16: after a restart of the hub with 20,000 reports a copy fetches what differs`() {
        var rig = CopyRig()
        rig.most = 1_000
        rig.report((0..<20_000).map { report("198.\(18 + $0 / 65_536).\($0 / 256 % 256).\($0 % 256)", until: nil) })
        rig.restartHub()
        (rig.questions, rig.fetched) = ([], 0)
        rig.broadcast()
        // One look at the buckets, and no report.
        #expect(rig.questions.count == 1)
        #expect(rig.fetched == 0)
        rig.isHeard = false
        rig.report(reports(0...2))
        rig.restartHub()
        rig.isHeard = true
        rig.broadcast()
        #expect(rig.fetched < 3 * 60)
        #expect(rig.held.copy == rig.held.hub)
    }

    @Test func `a subscriber that is started again asks only for what differs`() {
        var rig = CopyRig()
        rig.report(reports(0...99))
        rig.copy.restart()
        rig.isHeard = false
        rig.report(reports(100...100))
        rig.isHeard = true
        (rig.questions, rig.fetched) = ([], 0)
        rig.talk()
        #expect(rig.held.copy == rig.held.hub)
        #expect(rig.fetched < 20)
    }

    @Test func `schedule 23: a hub that holds less frees nobody, and the ban ends at its own time without a hub`() {
        var rig = CopyRig()
        rig.report([report("198.51.100.1", until: 600)])
        rig.wait(until: 1)
        #expect(rig.copy.lines == ["a|sshd|Ban|198.51.100.1"])
        // Another hub, which never saw it, takes the place of the one that died.
        rig.restartHub(with: [])
        rig.broadcast()
        rig.wait(until: 599)
        #expect(rig.copy.lines == ["a|sshd|Ban|198.51.100.1"])
        rig.wait(until: 601)
        #expect(rig.copy.lines.last == "a|sshd|Unban|198.51.100.1")
    }

    @Test func `schedule 15: a hub that was killed before it stored a report makes nobody flap`() {
        var rig = CopyRig()
        let stored = rig.held.hub
        rig.report([report("198.51.100.1", until: 600)])
        rig.restartHub(with: stored)
        rig.broadcast()
        rig.report([report("198.51.100.1", until: 600)])
        rig.wait(until: 10)
        #expect(rig.copy.lines == ["a|sshd|Ban|198.51.100.1"])
    }

    @Test func `schedule 22: who says for ever is bounded by what the hub allows, with or without a hub`() throws {
        var settings = HubRig.settings
        settings.maximumBantime = .seconds(3_600)
        var rig = CopyRig(settings)
        let greeting = try rig.hub.greet("b", instance: nil)
        rig.copy.carryOut(rig.copy.subscriber.greeted(greeting, by: 0, asked: rig.copy.now, at: rig.copy.now))
        rig.report([report("198.51.100.1", until: nil)])
        rig.isHeard = false
        rig.copy.wait(until: 3_599)
        #expect(rig.copy.lines == ["a|sshd|Ban|198.51.100.1"])
        rig.copy.wait(until: 3_601)
        #expect(rig.copy.lines.last == "a|sshd|Unban|198.51.100.1")
    }

    @Test func `schedule 31: a prefix filter is a matter of policy: the copy is whole, and nothing is asked for again`()
    {
        var rig = CopyRig()
        rig.copy = SubscriberRig(.log, prefix: "a|", hearsOldForm: false)
        rig.copy.writes = true
        rig.talk()
        rig.questions = []
        rig.report([report("198.51.100.1", host: "a")])
        rig.report([report("198.51.100.2", host: "c")], as: "c")
        rig.broadcast()
        #expect(rig.copy.lines == ["a|sshd|Ban|198.51.100.1"])
        #expect(rig.held.copy == rig.held.hub)
        rig.copy.restart()
        rig.talk()
        #expect(rig.questions.count == 1)
        rig.copy.settings.prefixFilter = "c|"
        rig.copy.carryOut(rig.copy.subscriber.reconfigure(rig.copy.settings, at: rig.copy.now))
        rig.wait(until: 10)
        #expect(
            rig.copy.lines == [
                "a|sshd|Ban|198.51.100.1", "a|sshd|Unban|198.51.100.1", "c|sshd|Ban|198.51.100.2",
            ])
        #expect(rig.questions.count == 1)
    }

    @Test(arguments: [900.0, -900])
    func `ends are judged by the hub's clock, also when this host's own is set right`(offset: Double) throws {
        var rig = CopyRig()
        rig.copy.now = start + .seconds(offset)
        let greeting = try rig.hub.greet("b", instance: nil)
        rig.copy.carryOut(rig.copy.subscriber.greeted(greeting, by: 0, asked: rig.copy.now, at: rig.copy.now))
        #expect(rig.copy.notes.contains(.clockDiffers(hub: 0, by: .seconds(-offset), isFollowed: true)))
        rig.copy.carryOut(
            rig.copy.subscriber.heard(
                [report("198.51.100.1", until: 600)], from: 0, epoch: 7, sequence: 1, at: rig.copy.now))
        rig.copy.wait(300)
        rig.copy.now = rig.copy.now - .seconds(offset)
        rig.copy.carryOut(rig.copy.subscriber.clockStepped(by: .seconds(-offset), at: rig.copy.now))
        rig.copy.wait(299)
        #expect(rig.copy.lines == ["a|sshd|Ban|198.51.100.1"])
        rig.copy.wait(2)
        #expect(rig.copy.lines.last == "a|sshd|Unban|198.51.100.1")
    }

    @Test func `what was forgotten by a clock that no hub had put right is fetched again once it is set right`() throws
    {
        var rig = CopyRig()
        rig.isHeard = false
        rig.report(reports(0...2))
        rig.copy.now = start + .seconds(4_000)
        // An answer so slow that it says nothing about the clocks.
        let greeting = try rig.hub.greet("b", instance: nil)
        rig.copy.carryOut(
            rig.copy.subscriber.greeted(greeting, by: 0, asked: rig.copy.now - .seconds(2), at: rig.copy.now))
        rig.talk()
        #expect(rig.copy.subscriber.question(to: 0) == nil)
        #expect(rig.held.copy.isEmpty)
        rig.copy.now = start
        rig.copy.carryOut(rig.copy.subscriber.clockStepped(by: .seconds(-4_000), at: rig.copy.now))
        rig.talk()
        #expect(rig.held.copy == rig.held.hub)
        #expect(rig.held.hub.count == 3)
    }

    @Test(arguments: [900.0, 350_000_000])
    func `a hub whose clock is ahead frees nobody early where another hub says otherwise, or it is absurd`(
        ahead: Double
    ) {
        for hubs in ahead < 3_600 ? [2] : [1, 2] {
            var rig = SubscriberRig(.log, hubs: hubs)
            rig.writes = true
            for hub in 0..<hubs {
                let greeting = HubGreeting(
                    epoch: 7, sequence: 0, time: rig.now + .seconds(hub == 0 ? ahead : 0), longestRequest: 4_096,
                    reportsPerRequest: 10, maximumBantime: .seconds(30 * 86_400), version: 0, digest: ReportDigest())
                rig.carryOut(rig.subscriber.greeted(greeting, by: hub, asked: rig.now, at: rig.now))
            }
            #expect(rig.notes == [.clockDiffers(hub: 0, by: .seconds(ahead), isFollowed: false)])
            let ban = report("198.51.100.1", until: 600)
            rig.carryOut(rig.subscriber.heard([ban], from: 0, epoch: 7, sequence: 1, at: rig.now))
            rig.wait(until: 599)
            #expect(rig.lines == ["a|sshd|Ban|198.51.100.1"])
            rig.wait(until: 601)
            #expect(rig.lines.count == 2)
        }
    }

    @Test func `a hub that is not heard is asked for what there was, and not while it is being asked`() {
        var rig = CopyRig()
        rig.talk()
        rig.isHeard = false
        rig.report(reports(0...9))
        (rig.questions, rig.isAnswered) = ([], false)
        rig.copy.subscriber.catchUp(with: 0)
        #expect(rig.copy.subscriber.question(to: 0) == .since(epoch: 7, sequence: 0))
        rig.copy.subscriber.catchUp(with: 0)
        rig.isAnswered = true
        rig.talk()
        #expect(rig.questions.count == 4)
        #expect(rig.held.copy == rig.held.hub)
    }

    @Test func `a copy that holds a pardon as a mere lift is mended when all is compared`() {
        var rig = CopyRig()
        rig.report(reports(0...9))
        rig.isHeard = false
        let news = rig.hub.hub.pardon(address("198.51.0.3"), token: nil, at: rig.hub.now).news
        var lift = news[0]
        lift.state.isPardoned = false
        rig.copy.carryOut(rig.copy.subscriber.heard([lift], from: 0, epoch: 7, sequence: 11, at: rig.copy.now))
        rig.restartHub()
        rig.isHeard = true
        rig.broadcast()
        #expect(rig.held.copy == rig.held.hub)
        #expect(rig.held.copy.contains { $0.state.isPardoned })
    }

    @Test func `how far it is says what is held and what is obeyed`() {
        var rig = CopyRig()
        rig.talk()
        rig.copy.writes = false
        rig.report(reports(0...0))
        #expect(rig.copy.subscriber.progress(for: 0) == CopyProgress(epoch: 7, held: 1, obeyed: 0))
        rig.report(reports(1...1))
        #expect(rig.copy.subscriber.progress(for: 0) == CopyProgress(epoch: 7, held: 2, obeyed: 0))
        rig.copy.answer(.changed(1))
        #expect(rig.copy.subscriber.progress(for: 0) == CopyProgress(epoch: 7, held: 2, obeyed: 1))
        // What fails is not obeyed yet.
        rig.copy.answer(.unclear("disk full"))
        #expect(rig.copy.subscriber.progress(for: 0) == CopyProgress(epoch: 7, held: 2, obeyed: 1))
        rig.copy.wait(2)
        rig.copy.answer(.changed(1))
        #expect(rig.copy.subscriber.progress(for: 0) == CopyProgress(epoch: 7, held: 2, obeyed: 2))
    }

    @Test func `what failed is not obeyed because something else in its jail was done since`() {
        var rig = CopyRig()
        rig.copy = SubscriberRig()
        rig.talk()
        var known = reports(0...1)
        let listed = [
            ListedBan(address: known[0].subject.address, since: rig.copy.now, until: known[0].state.until)
        ]
        func obey(_ wanted: Subscriber.Act) {
            while case .ask = rig.copy.acts.first { rig.copy.answer(.bans(listed), after: 0) }
            #expect(rig.copy.acts == [wanted])
            rig.copy.answer(.changed(1))
        }
        rig.report([known[0]])
        obey(ban("\(known[0].subject.address)"))
        #expect(rig.copy.subscriber.progress(for: 0)?.obeyed == 1)
        rig.report([known[1]])
        known[0].state.version += 1
        known[0].state.isLifted = true
        rig.report([known[0]])
        rig.copy.answer(.unclear("no answer"))
        rig.copy.wait(100)
        obey(unban("\(known[0].subject.address)"))
        #expect(rig.copy.subscriber.progress(for: 0)?.obeyed == 1)
        rig.copy.wait(100)
        obey(ban("\(known[1].subject.address)"))
        #expect(rig.copy.subscriber.progress(for: 0)?.obeyed == 3)
    }

    /// Whatever is lost, once a beacon arrives and questions are answered the copy is the hub's.
    @Test(arguments: 0..<200) func `hub and copy agree in the end`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var rig = CopyRig()
        var time = 0.0
        for step in 1...80 {
            time += Double(random.below(30))
            rig.wait(until: time)
            rig.isHeard = random.below(3) > 0
            rig.isAnswered = random.below(3) > 0
            rig.most = 1 + random.below(5)
            switch random.below(10) {
            case 0: rig.restartHub()
            case 1: rig.restartHub(with: rig.held.hub.filter { _ in random.below(4) > 0 })
            case 2: rig.copy.restart()
            case 3: rig.copy.subscriber.joined(0)
            case 4: rig.broadcast()
            default:
                let many = (0...random.below(4)).map { _ in
                    report(
                        "198.51.100.\(random.below(20))", version: Int64(step),
                        until: time + Double(random.below(200)) + 1, lifted: random.below(4) == 0,
                        host: ["a", "c"][random.below(2)])
                }
                rig.report(many.filter { $0.origin.host.name == "a" })
                rig.report(many.filter { $0.origin.host.name == "c" }, as: "c")
            }
        }
        (rig.isHeard, rig.isAnswered) = (true, true)
        rig.broadcast()
        rig.talk()
        // Nothing that the hub holds is missing; what it lost, only the copy may still know.
        #expect(
            rig.held.hub.allSatisfy { report in
                rig.held.copy.contains { $0.key == report.key && $0.state >= report.state }
            })
        #expect(rig.copy.subscriber.question(to: 0) == nil)
        rig.wait(until: time + 1_000)
        #expect(rig.held.copy == [])
        #expect(rig.copy.bannedLines == [])
    }
}

import BanModel
import Testing

@testable import ClusterCore

@Suite struct FriendTests {
    /// fail2ban-p2p's published graph.
    private static let graph = ["AB", "AC", "CD", "CE"]

    @Test func `the published graph: who is two hops away waits for a second witness`() {
        var net = FriendNet("ABCDE", links: Self.graph)
        net.attack(on: "A")
        #expect(net.banning() == "ABC")
        for name in "DE" { #expect(net.confidence(at: name) == percent(64)) }
        #expect(net.confidence(at: "B") == percent(80))
        // B's word comes to D and E by A and C: 80 % of 80 % of 80 %.
        net.attack(on: "B")
        #expect(net.banning() == "ABCDE")
        for name in "DE" { #expect(net.confidence(at: name) == percent(80)) }
        net.wait(until: 600)
        #expect(net.banning() == "")
    }

    @Test func `schedule 33: by whatever order and roads it comes, the same is believed`() {
        for seed in 0..<200 as Range<UInt64> {
            var dice = SplitMix(seed: seed)
            var net = FriendNet("ABCDE", links: ["AB", "BD", "AC", "CD", "DE", "AE"])
            net.choose = { Int(dice.next() % UInt64($0)) }
            net.attack(on: "A")
            net.attack(on: "C")
            #expect(net.banning() == "ABCDE", "seed \(seed)")
            #expect(net.confidence(at: "E") == .full, "seed \(seed)")
        }
    }

    @Test func `schedule 34: a friend's word weighs no more than its limit, however many hosts it makes up`() {
        var net = FriendNet("AB", links: ["AB"], level: percent(60))
        net.tell("A", (0..<1_000).map { shared(of: "B", by: "B", host: "made-up-\($0)") }, from: "B")
        #expect(net.confidence(at: "A") == percent(60))
        #expect(net.banning() == "")
        // So many are kept of one friend on one address, and no more.
        #expect(net.nodes["A"]!.hub.count == 100)
        #expect(net.refused[.tooMany] == 900)
        net.trust("A", "B", percent(80))
        #expect(net.banning() == "A")
    }

    @Test func `whoever floods through a friend leaves room for the friend's own word, and for what others gave him`() {
        var net = FriendNet("AB", links: ["AB"])
        func told(_ name: Character, by hops: String, _ number: Int) -> SharedReport {
            shared(of: name, by: hops, host: "h\(number)", trust: .none)
        }
        // L is B's friend: so much of what comes from him is kept, and no more.
        net.tell("A", (0..<200).map { told("L", by: "LB", $0) }, from: "B")
        #expect(net.nodes["A"]!.hub.count == 50)
        net.tell("A", (0..<200).map { told("M", by: "MB", $0) }, from: "B")
        #expect(net.nodes["A"]!.hub.count == 100)
        net.tell("A", [told("N", by: "NB", 0)], from: "B")
        #expect(net.nodes["A"]!.hub.count == 100)
        net.tell("A", [shared(of: "B", by: "B")], from: "B")
        #expect(net.banning() == "A")
        // What is over makes room again.
        net.wait(until: 601)
        #expect(net.nodes["A"]!.hub.count == 0)
        net.tell(
            "A", (0..<60).map { shared(of: "L", by: "LB", host: "h\($0)", version: 700_000_000, until: 900) }, from: "B"
        )
        #expect(net.nodes["A"]!.hub.count == 50)
    }

    @Test func `a friend may fill so much with his own word, and so much with others', of one of them a half`() {
        let net = FriendNet("AB", links: ["AB"])
        var hub = net.nodes["A"]!.hub
        var settings = hub.settings
        settings.mostOfOrigin = 4
        _ = hub.reconfigure(settings, at: net.now)
        func tell(_ name: Character, by hops: String, from first: Int = 1, until: Double, version: Int64 = 1) -> Int {
            let reports = (first..<first + 9).map {
                shared("198.51.100.\($0)", of: name, by: hops, version: version, until: until)
            }
            return hub.take(reports, from: cluster("B"), at: .at(Double(version - 1) / 1e6)).outcome.news.count
        }
        #expect(tell("B", by: "B", until: 900) == 4)
        #expect(tell("L", by: "LB", until: 300) == 2)
        #expect(tell("M", by: "MB", until: 900) == 2)
        #expect(tell("N", by: "NB", until: 900) == 0)
        // What is over makes room: for him, and for others.
        _ = hub.advance(to: .at(301))
        #expect(tell("L", by: "LB", from: 20, until: 900, version: 301_000_001) == 2)
        #expect(tell("N", by: "NB", until: 900, version: 301_000_001) == 0)
        #expect(tell("B", by: "B", from: 20, until: 900, version: 301_000_001) == 0)
    }

    @Test func `schedule 35: four clusters that a friend makes up are worth what it is worth`() {
        var net = FriendNet("AB", links: ["AB"], level: percent(20))
        net.tell("A", "cdef".map { shared(of: $0, by: "\($0)B") }, from: "B")
        #expect(net.confidence(at: "A") == percent(20))
    }

    @Test func `schedule 36: a level of 29 reaches a threshold of 29`() {
        var net = FriendNet("AB", links: ["AB"], level: percent(29))
        net.attack(on: "B")
        #expect(net.confidence(at: "A") == percent(29))
        var hub = net.nodes["A"]!.hub
        var settings = hub.settings
        settings.threshold = percent(29)
        #expect(hub.reconfigure(settings, at: net.now).broadcasts.map(\.action) == [.ban])
    }

    @Test(arguments: [true, false])
    func `schedule 22: what a friend says for ever outlasts nobody's own word`(hasHub: Bool) {
        var net = FriendNet("AB", links: ["AB"], level: percent(10))
        net.tell("A", [shared(of: "B", by: "B", until: nil)], from: "B")
        net.attack(on: "A", "198.51.100.1", report("198.51.100.1", until: 3_600, host: "a"))
        #expect(net.banning() == "A")
        if hasHub {
            net.wait(until: 3_601)
            #expect(net.banning() == "")
        } else {
            var copy = net.nodes["A"]!.copy
            copy.restart()
            copy.wait(until: 3_599)
            #expect(copy.bannedLines == ["198.51.100.1"])
            copy.wait(until: 3_601)
            #expect(copy.bannedLines == [])
        }
    }

    @Test func `schedule 38: what goes round, is made up, is old or worth more than all is not taken`() {
        var net = FriendNet("AB", links: ["AB"])
        net.attack(on: "A")
        let known = net.nodes["A"]!.hub.count
        net.tell("A", [shared(of: "A", by: "AB")], from: "B")
        net.tell("A", [shared(of: "C", by: "CAB")], from: "B")
        #expect(net.refused == [.isOurs: 3])  // and what came back from B of the attack
        net.tell("A", [shared(of: "C", by: "B")], from: "B")
        net.tell("A", [shared(of: "C", by: "CD")], from: "B")
        net.tell("A", [shared(of: "C", by: "CDCB")], from: "B")
        #expect(net.refused[.wrongWay] == 3)
        let far = "cdefghijklmnopqr"
        net.tell("A", [shared(of: "c", by: far + "B")], from: "B")
        #expect(net.refused[.tooFar] == 1)
        net.tell("A", [shared(of: "B", by: "B", version: 1 << 60)], from: "B")
        #expect(net.refused[.future] == 1)
        net.tell("A", [shared("127.0.0.1", of: "B", by: "B")], from: "B")
        #expect(net.refused[.neverBanned] == 1)
        var allowance = shared(of: "B", by: "B")
        allowance.source = .allow
        net.tell("A", [allowance], from: "B")
        #expect(net.refused[.allowance] == 1)
        // Last week's.
        net.tell("A", [shared("198.51.100.7", of: "B", by: "B", version: -86_400_000_000 * 7, until: -1)], from: "B")
        #expect(net.nodes["A"]!.hub.count == known)
        #expect(Trust(millionths: 2_500_000) == nil)
    }

    @Test func `what its own cluster lifts is lifted everywhere, whoever told of the ban`() {
        var net = FriendNet("ABCD", links: ["AB", "AC", "BD", "CD"])
        net.attack(on: "A")
        #expect(net.banning() == "ABC")
        #expect(net.confidence(at: "D") == percent(64))
        net.attack(on: "A", "198.51.100.1", report("198.51.100.1", version: 2, lifted: true))
        #expect(net.banning() == "")
        #expect(net.confidence(at: "D") == .none)
    }

    @Test func `a pardon frees in its own cluster, and friends only of what it said itself`() {
        var net = FriendNet("ABC", links: ["AB", "BC"])
        net.attack(on: "A")
        net.attack(on: "B", "198.51.100.2")
        #expect(net.banning() == "AB")
        net.pardon("198.51.100.1", at: "B")
        #expect(net.banning() == "A")
        // C heard of it by B, and has nobody's word against it.
        #expect(net.confidence(at: "C") == percent(64))
        net.pardon("198.51.100.2", at: "B")
        #expect(net.banning("198.51.100.2") == "")
        #expect(net.confidence(at: "C", "198.51.100.2") == .none)
        // What A says later speaks again.
        net.attack(on: "A", "198.51.100.1", report("198.51.100.1", version: 9))
        #expect(net.banning() == "AB")
    }

    @Test func `how far a friend is trusted counts at once, also of who is none any more`() {
        var net = FriendNet("AB", links: ["AB"])
        net.attack(on: "B")
        #expect(net.banning() == "AB")
        net.trust("A", "B", percent(79))
        #expect(net.banning() == "B")
        net.trust("A", "B", percent(80))
        #expect(net.banning() == "AB")
        var settings = net.nodes["A"]!.hub.settings
        settings.levels = [:]
        var hub = net.nodes["A"]!.hub
        #expect(hub.reconfigure(settings, at: net.now).broadcasts.map(\.action) == [.unban])
        #expect(hub.levels == [cluster("B"): .none])
    }

    /// Whatever it is told: the claims of friends whose levels together stay below the threshold ban nobody.
    @Test func `friends whose limits together stay below the threshold ban nobody`() {
        var dice = SplitMix(seed: 5)
        var net = FriendNet("ABC", links: ["AB", "AC"], level: percent(39))
        for _ in 0..<500 {
            let friend: Character = dice.next() % 2 == 0 ? "B" : "C"
            let middle = String("defgh".shuffled(using: &dice).prefix(Int(dice.next() % 3)))
            let hops = middle + String(friend)
            net.tell(
                "A",
                [
                    shared(
                        of: hops.first!, by: hops, host: "h\(dice.next() % 20)",
                        trust: percent(Int(dice.next() % 101)), version: Int64(dice.next() % 9),
                        lifted: dice.next() % 8 == 0)
                ], from: friend)
            #expect(net.confidence(at: "A") <= percent(78))
        }
        #expect(net.nodes["A"]!.copy.lines == [])
    }

    // MARK: Ways

    @Test func `a lift that one friend alone tells silences what all others told`() {
        var net = FriendNet("ABC", links: ["AB", "AC"])
        net.tell("A", [shared(of: "d", by: "dB")], from: "B")
        net.tell("A", [shared(of: "d", by: "dC")], from: "C")
        #expect(net.banning() == "A")
        net.tell("A", [shared(of: "d", by: "dC", version: 2, lifted: true)], from: "C")
        #expect(net.banning() == "")
        #expect(net.confidence(at: "A") == .none)
    }

    /// What is signed has a moment until which it is remembered: changed, the signature would be wrong.
    @Test func `what another cluster has signed is told on as it was signed`() {
        var net = FriendNet("AB", links: ["AB"])
        let long = shared(of: "B", by: "B", version: 1, until: 900)
        let short = shared(of: "B", by: "B", version: 2, until: 300)
        net.tell("A", [long], from: "B")
        net.tell("A", [short], from: "B")
        let told = net.nodes["A"]!.hub.shared(net.nodes["A"]!.hub.reports)
        #expect(told.map(\.state) == [short.state])
        // Of two of one version, which an honest cluster never signs, all come to keep the same.
        var other = long.report(from: cluster("B"))
        other.state.forget = other.state.forget + .seconds(9)
        let one = long.report(from: cluster("B"))
        #expect(one.merged(with: other) == other)
        #expect(other.merged(with: one) == other)
    }

    @Test func `what two friends told is told on by the better way, and to the one who gave us that by the other's`() {
        var net = FriendNet("ABC", links: ["AB", "AC"])
        net.trust("A", "C", percent(90))
        net.tell("A", [shared(of: "d", by: "dB", trust: percent(100))], from: "B")
        net.tell("A", [shared(of: "d", by: "dC", trust: percent(50))], from: "C")
        func told() -> [Way] { net.nodes["A"]!.hub.shared(net.nodes["A"]!.hub.reports).map(\.way) }
        func way(_ friend: Character, _ trust: Int) -> Way {
            Way(trust: percent(trust), hops: [cluster("d"), cluster(friend), cluster("A")])
        }
        #expect(told() == [way("B", 80), way("C", 45)])
        net.tell("A", [shared(of: "d", by: "dC", trust: percent(100), version: 2)], from: "C")
        // The newer state alone.
        #expect(told() == [way("C", 90)])
        net.tell("A", [shared(of: "d", by: "dB", trust: percent(100), version: 2)], from: "B")
        #expect(told() == [way("C", 90), way("B", 80)])
    }

    @Test func `what has come by as many hops as may be is not told on, which nobody would take`() {
        var net = FriendNet("AB", links: ["AB"])
        let most = "cdefghijklmnopqB"
        #expect(most.count == Way.mostHops)
        net.tell("A", [shared("198.51.100.1", of: "c", by: most)], from: "B")
        net.tell("A", [shared("198.51.100.2", of: "d", by: String(most.dropFirst()))], from: "B")
        #expect(net.nodes["A"]!.hub.count == 2)
        let told = net.nodes["A"]!.hub.shared(net.nodes["A"]!.hub.reports)
        #expect(told.map(\.subject.address) == [address("198.51.100.2")])
        #expect(told.map(\.way.hops.count) == [Way.mostHops])
    }

    @Test func `a friend's friend who names a cluster among his hops keeps nothing from it`() {
        // D hears from C directly what L, whom D trusts more, tells as if it had come through A.
        var net = FriendNet("ACDL", links: ["AD", "CD", "LD"])
        net.trust("D", "L", .full)
        net.attack(on: "C")
        #expect(net.confidence(at: "A") == percent(64))
        var other = FriendNet("ACDL", links: ["AD", "CD", "LD"])
        other.trust("D", "L", .full)
        other.tell("D", [shared(of: "C", by: "CAL")], from: "L")
        #expect(other.confidence(at: "A") == .none)
        other.tell("D", [shared(of: "C", by: "C")], from: "C")
        #expect(other.confidence(at: "A") == percent(64))
        // And what the others are told is the better way.
        let told = other.nodes["D"]!.hub.shared(other.nodes["D"]!.hub.reports).map(\.way)
        #expect(told.map(\.trust) == [.full, percent(80)])
        #expect(told.map(\.hops.count) == [4, 2])
    }

    @Test func `an answer to a friend holds no more lines than it may, though reports are told by several ways`() {
        var net = FriendNet("ACDL", links: ["AD", "CD", "LD"])
        net.trust("D", "L", .full)
        for number in 1...9 {
            net.tell("D", [shared("198.51.100.\(number)", of: "C", by: "CAL")], from: "L")
            net.tell("D", [shared("198.51.100.\(number)", of: "C", by: "C")], from: "C")
        }
        var copy = FriendCopy()
        var told: Set<SharedReport> = []
        while let question = copy.question {
            let answer = net.nodes["D"]!.hub.answerFriend(question, atMost: 3)
            if case .fetched(_, _, let reports) = answer {
                #expect(reports.count <= 3)
                told.formUnion(reports)
            }
            copy.answered(answer)
        }
        #expect(told.count == 18)
    }

    @Test func `what friends say of an address in two jails adds up`() {
        var net = FriendNet("ABC", links: ["AB", "AC"], level: percent(40))
        func told(_ name: Character, jail: String) -> SharedReport {
            var report = shared(of: name, by: "\(name)")
            report.subject.jail = Jail(jail)!
            return report
        }
        net.tell("A", [told("B", jail: "sshd")], from: "B")
        #expect(net.banning() == "")
        net.tell("A", [told("C", jail: "nginx")], from: "C")
        #expect(net.banning() == "A")
        #expect(net.confidence(at: "A") == percent(80))
    }

    // MARK: Levels

    @Test func `whom a hub trusts is no friend's business, and a twin hears of its own friends alone`() {
        let net = FriendNet("AB", links: ["AB"], level: percent(60))
        var hub = net.nodes["A"]!.hub
        _ = hub.adopt([cluster("c"): percent(30)], from: Host("twin")!, at: net.now)
        func levels(toldTo name: String) -> [Cluster: Trust]? {
            let greeting = hub.greet(
                Host(name)!, nil, token: nil, longestRequest: 1, reportsPerRequest: 1, at: net.now)
            return try? greeting.get().levels
        }
        #expect(levels(toldTo: "web1") == [cluster("B"): percent(60), cluster("c"): percent(30)])
        #expect(levels(toldTo: cluster("B").id) == [:])
        #expect(levels(toldTo: cluster("A").id) == [cluster("B"): percent(60)])
    }

    @Test func `a twin's friends are trusted as far here, but for those that are friends of both`() {
        let net = FriendNet("AB", links: ["AB"], level: percent(60))
        var hub = net.nodes["A"]!.hub
        let (one, other) = (Host("one")!, Host("other")!)
        #expect(hub.adopt([cluster("B"): .full, cluster("c"): percent(30)], from: one, at: net.now) != nil)
        #expect(hub.adopt([cluster("B"): .full, cluster("c"): percent(30)], from: one, at: net.now) == nil)
        #expect(hub.levels == [cluster("B"): percent(60), cluster("c"): percent(30)])
        #expect(hub.adopt([cluster("c"): percent(20)], from: other, at: net.now) != nil)
        #expect(hub.levels[cluster("c")] == percent(20))
        #expect(hub.levels(of: one) == [cluster("B"): .full, cluster("c"): percent(30)])
        #expect(hub.twins == [one, other])
        #expect(hub.adopt([:], from: other, at: net.now) != nil)
        #expect(hub.levels[cluster("c")] == percent(30))
        #expect(hub.twins == [one])
    }

    @Test func `what a twin's friend said is told on for what the twin trusts him`() {
        let net = FriendNet("AB", links: ["AB"])
        var hub = net.nodes["A"]!.hub
        _ = hub.adopt([cluster("c"): percent(30)], from: Host("twin")!, at: net.now)
        _ = hub.take(fromTwin: [shared(of: "c", by: "c").report(from: cluster("c"))], at: net.now)
        #expect(hub.shared(hub.reports).map(\.way.trust) == [percent(30)])
    }

    // MARK: Copies

    /// Asks until it is in step, at most so often. Returns the questions.
    private func talk(_ copy: inout FriendCopy, with hub: Hub, atMost count: Int = 100) -> [CopyQuestion] {
        var questions: [CopyQuestion] = []
        while let question = copy.question, questions.count < count {
            questions.append(question)
            copy.answered(hub.answerFriend(question, atMost: 2))
        }
        return questions
    }

    @Test func `a friend that began anew, or was away, is asked for what it knows`() {
        var net = FriendNet("B")
        for number in 1...5 { net.attack(on: "B", "", report("198.51.100.\(number)")) }
        var copy = FriendCopy()
        #expect(copy.lag == nil)
        copy.joined()
        let questions = talk(&copy, with: net.nodes["B"]!.hub)
        #expect(questions.first == .since(epoch: 0, sequence: 0))
        #expect(questions.count > 2 && questions.count < 100)
        #expect(copy.lag == 0)
        copy.heard(1, epoch: 7, upTo: 8)
        #expect(copy.question == .since(epoch: 7, sequence: 5))
        #expect(copy.lag == 3)
        copy.heard(3, epoch: 9, upTo: 3)
        #expect(copy.question == .since(epoch: 7, sequence: 5))
    }

    @Test func `what a clock kept out is asked for again once he is greeted`() {
        let net = FriendNet("B")
        var copy = FriendCopy()
        _ = talk(&copy, with: net.nodes["B"]!.hub)
        copy.note(taken: 1, refused: [.neverBanned: 1])
        copy.greeted()
        #expect(copy.question == nil)
        copy.note(taken: 0, refused: [.future: 1])
        #expect(copy.question == nil)
        copy.greeted()
        #expect(copy.question == .since(epoch: 0, sequence: 0))
        _ = talk(&copy, with: net.nodes["B"]!.hub)
        copy.greeted()
        #expect(copy.question == nil)
        #expect(copy.refused == [.neverBanned: 1, .future: 1])
        #expect(copy.taken == 1)
        copy.beginAnew()
        #expect(copy.question == .since(epoch: 0, sequence: 0))
    }
}

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
}

import BanModel
import Testing

/// Random numbers that are the same in every run.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 33)
    }
}

/// One for each name, of those of which there are few.
private func cluster(_ name: some CustomStringConvertible) -> Cluster {
    let letters = "\(name)".utf8.map { Character(Unicode.Scalar(UInt8(ascii: "a") + $0 % 26)) }
    return Cluster(String(String(repeating: "2", count: 32) + letters).suffix(32))!
}

private func percent(_ number: Int) -> Trust { Trust(millionths: number * 10_000)! }

@Suite struct ConfidenceTests {
    private static let own = (1...3).map { Witness.host(Host("own\($0)")!) }
    private static let foreign = (1...4).map { Witness.cluster(cluster($0)) }

    /// A handful, so that witnesses and links meet often.
    private static func testimonies(_ dice: inout Dice) -> [Testimony] {
        (0..<Int.random(in: 0...8, using: &dice)).map { _ in
            let trust = percent(.random(in: 0...100, using: &dice))
            if Int.random(in: 0...3, using: &dice) == 0 {
                return Testimony(own.randomElement(using: &dice)!, trust: trust)
            }
            let friend = Int.random(in: 1...3, using: &dice)
            let link = Link.friend(cluster(friend), limit: percent(friend * 30))
            return Testimony(foreign.randomElement(using: &dice)!, by: link, trust: trust)
        }
    }

    @Test func `schedule 33: order never matters, and one more testimony never lowers it`() {
        var dice = Dice(state: 1)
        for _ in 0..<5_000 {
            let testimonies = Self.testimonies(&dice)
            let confidence = Confidence.of(testimonies)
            #expect(Confidence.of(testimonies.shuffled(using: &dice)) == confidence)
            #expect(Confidence.of(testimonies + testimonies) == confidence)
            for more in Self.testimonies(&dice) { #expect(Confidence.of(testimonies + [more]) >= confidence) }
        }
    }

    @Test func `a host of our own is believed at once, and nobody is nothing`() {
        #expect(Confidence.of([]) == .none)
        #expect(Confidence.of([Testimony(Self.own[0])]) == .full)
        #expect(Confidence.of(Self.own.map { Testimony($0) }) == .full)
    }

    @Test func `schedule 34: a friend's word weighs no more than its limit, however many it makes up`() {
        let link = Link.friend(cluster("f"), limit: percent(60))
        let invented = (0..<1_000).map { Testimony(.cluster(cluster($0)), by: link, trust: percent(60)) }
        #expect(Confidence.of(invented) == percent(60))
        #expect(Confidence.of(invented + [Testimony(Self.own[0], trust: percent(30))]) == percent(90))
    }

    @Test func `schedule 35: four clusters through a friend with trust 20 are 20`() {
        let link = Link.friend(cluster("f"), limit: percent(20))
        #expect(
            Confidence.of((1...4).map { Testimony(.cluster(cluster($0)), by: link, trust: percent(20)) }) == percent(20)
        )
    }

    @Test func `a witness counts once: with its most trusted report, over all links`() {
        let (one, other) = (
            Link.friend(cluster("x"), limit: percent(80)), Link.friend(cluster("y"), limit: percent(80))
        )
        let diamond = [
            Testimony(Self.foreign[0], by: one, trust: percent(50)),
            Testimony(Self.foreign[0], by: other, trust: percent(64)),
            Testimony(Self.foreign[0], by: other, trust: percent(10)),
        ]
        #expect(Confidence.of(diamond) == percent(64))
        #expect(Confidence.of(diamond + [Testimony(Self.foreign[1], by: one, trust: percent(20))]) == percent(84))
    }

    @Test func `schedule 36: 29 percent of everything are 29 percent`() {
        #expect(percent(29).through(.full) == percent(29))
        #expect(Trust.full.through(percent(29)) == percent(29))
        #expect(percent(29) >= Trust(millionths: 290_000)!)
        #expect(percent(80).through(percent(80)) == percent(64))
        #expect(Trust(millionths: 333_333)!.through(Trust(millionths: 333_333)!).millionths == 111_110)
    }

    @Test func `trust is between nothing and everything, and reads as a percentage`() {
        #expect(Trust(millionths: -1) == nil)
        #expect(Trust(millionths: 1_000_001) == nil)
        #expect(
            "\(Trust.full) \(Trust.none) \(Trust(millionths: 795_000)!) \(Trust(millionths: 1)!)"
                == "100% 0% 79.5% 0.0001%")
    }
}

import Simulation
import Testing

@Suite struct FriendSimulationTests {
    /// scripts/test plays 150 in a release build.
    private static let seeds: ClosedRange<UInt64> = 1...20

    @Test(.timeLimit(.minutes(10)))
    func `clusters that are friends believe what is right, whoever lies and whatever fails`() {
        let campaign = Campaign.run(from: Self.seeds.lowerBound, through: Self.seeds.upperBound, of: .friends)
        for (seed, violation) in campaign.failures { Issue.record("seed \(seed): \(violation)") }
        #expect(campaign.fewestSteps >= 200)
        for (fault, percent) in campaign.coverage where percent < 20 {
            Issue.record("\(percent) % of the schedules reach this: \(fault)")
        }
    }

    /// Sets and dictionaries are in another order each time, in one process too.
    @Test(.timeLimit(.minutes(10)), arguments: [1, 3, 8, 11] as [UInt64])
    func `a seed is the same schedule each time`(seed: UInt64) {
        let (first, second) = (
            Simulation.run(seed: seed, of: .friends, isTracing: true),
            Simulation.run(seed: seed, of: .friends, isTracing: true)
        )
        #expect(first.trace.count > 200)
        #expect(first.events == second.events)
        #expect(zip(first.trace, second.trace).first { $0 != $1 } == nil)
        #expect(first.trace.count == second.trace.count)
    }

    /// Within so many seeds; far fewer are needed.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            (Plant.uncheckedSignatures, [.nothingIsForged], 40),
            (.unheardTwin, [.twinsAreEqual, .truthArrives], 40),
            (.unaskedFriend, [.truthArrives, .nobodyWeighsMore], 40),
        ] as [(Plant, Set<Violation.Invariant>, UInt64)])
    func `a planted fault is found`(plant: Plant, invariants: Set<Violation.Invariant>, within seeds: UInt64) throws {
        let campaign = Campaign.run(from: 1, through: seeds, of: .friends, plant: plant, atMostFailures: 1)
        let failure = try #require(campaign.failures.first)
        #expect(invariants.contains(failure.violation.invariant))
    }

    @Test(.timeLimit(.minutes(10)))
    func `what fails is shrunk to a few steps that people can read`() throws {
        let campaign = Campaign.run(from: 1, through: 40, of: .friends, plant: .uncheckedSignatures, atMostFailures: 1)
        let failure = try #require(campaign.failures.first)
        let small = try #require(Simulation.shrink(seed: failure.seed, of: .friends, plant: .uncheckedSignatures))
        #expect(small.steps.count < 20)
        #expect(small.steps.contains { $0.contains("forges a lift") || $0.contains("alters a report") })
        #expect(small.run.violation?.invariant == failure.violation.invariant)
    }
}

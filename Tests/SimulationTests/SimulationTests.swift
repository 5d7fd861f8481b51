import Simulation
import Testing

@Suite struct SimulationTests {
    /// In a debug build a seed takes about half a second; scripts/test plays a thousand in a release build.
    private static let seeds: ClosedRange<UInt64> = 1...40

    @Test(.timeLimit(.minutes(10)))
    func `no invariant breaks, whatever fails, in schedules full of faults`() {
        let campaign = Campaign.run(from: Self.seeds.lowerBound, through: Self.seeds.upperBound)
        for (seed, violation) in campaign.failures { Issue.record("seed \(seed): \(violation)") }
        #expect(campaign.fewestSteps >= 200)
        #expect(campaign.fewestKills >= 3)
        for (fault, percent) in campaign.coverage where percent < 25 {
            Issue.record("\(percent) % of the schedules reach this: \(fault)")
        }
    }

    /// What one schedule in 80,000 met: guesses after a crash, restarts of a jail that nothing in the log tells of, an end
    /// that is told at the very moment of judging, and reports forgotten by a clock that was ahead.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [7_064, 76_534, 142_632, 182_136, 190_119, 226_961, 247_363, 362_302, 737_830, 942_624] as [UInt64])
    func `what broke an invariant once breaks none any more`(seed: UInt64) {
        #expect(Simulation.run(seed: seed).violation == nil)
    }

    /// Sets and dictionaries are in another order each time, in one process too.
    @Test(.timeLimit(.minutes(10)), arguments: [1, 3, 8, 11] as [UInt64])
    func `a seed is the same schedule each time`(seed: UInt64) {
        let (first, second) = (Simulation.run(seed: seed, isTracing: true), Simulation.run(seed: seed, isTracing: true))
        #expect(first.trace.count > 1_000)
        #expect(first.events == second.events)
        let differing = zip(first.trace, second.trace).first { $0 != $1 }
        #expect(differing == nil)
        #expect(first.trace.count == second.trace.count)
    }

    /// Within so many seeds; far fewer are needed.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            (Plant.equalVersionReplaces, [.copiesOnlyGrow, .copiesAreEqual], 40),
            (.positionBeforeAck, [.positionFollowsAcks], 40),
            (.ledgerAfterAct, [.jailFollowsLedger, .nobodyPastTheEnd], 150),
            (.ackBeforeCommit, [.acknowledgedIsHeld], 40),
            (.syncDrops, [.copiesAreEqual, .copiesOnlyGrow], 20),
        ] as [(Plant, Set<Violation.Invariant>, UInt64)])
    func `a planted fault is found`(plant: Plant, invariants: Set<Violation.Invariant>, within seeds: UInt64) throws {
        let campaign = Campaign.run(from: 1, through: seeds, plant: plant, atMostFailures: 1)
        let failure = try #require(campaign.failures.first)
        #expect(invariants.contains(failure.violation.invariant))
    }

    @Test(.timeLimit(.minutes(10)))
    func `what fails is shrunk to a few steps that people can read`() throws {
        let campaign = Campaign.run(from: 1, through: 40, plant: .ackBeforeCommit, atMostFailures: 1)
        let failure = try #require(campaign.failures.first)
        let small = try #require(Simulation.shrink(seed: failure.seed, plant: .ackBeforeCommit, patience: 120))
        #expect(small.steps.count < 60)
        #expect(small.steps.contains { $0.contains("hub 0 is killed") || $0.contains("hub 1 is killed") })
        #expect(small.run.violation?.invariant == failure.violation.invariant)
    }
}

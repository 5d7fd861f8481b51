public import ArgumentParser
internal import Simulation

@main struct SimulateProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster-simulate",
        abstract: "Plays clusters full of faults, each from a seed, and says which of them break an invariant.")

    @Flag(help: "Plays clusters of several owners that are friends, instead of hosts of one cluster.") var friends =
        false
    @Option(help: "How many seeds.") var seeds: UInt64 = 1_000
    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "How many threads.") var threads: UInt64 = 2
    @Option(help: "Ends after so many failures; 1,000 unless told, with a planted fault 10.") var failures: Int?
    @Flag(help: "Finds a small part of each failing schedule (of ten, at most) that breaks the same invariant.")
    var shrink = false
    @Flag(help: "Prints all that happens: with --shrink in the small schedule, else in each.") var trace = false
    @Option(help: "Plants a fault: \(Plant.allCases.map(\.rawValue).joined(separator: ", ")).") var plant: Plant?

    private var stage: Stage { plant?.stage ?? (friends ? .friends : .hosts) }

    func run() throws {
        if trace, !shrink {
            for seed in from..<(from + seeds) {
                let report = Simulation.run(seed: seed, of: stage, plant: plant, isTracing: true)
                for line in report.trace { print(line) }
            }
            return
        }
        let last = from + max(1, seeds) - 1
        let most = failures ?? (plant == nil ? 1_000 : 10)
        let campaign = try Play(
            from...last, of: stage, plant: plant, mostFailures: most, threads: threads
        ).run()
        let failed = campaign.failures.map(\.seed).sorted()
        if shrink { for seed in failed.prefix(10) { explain(seed) } }
        print(
            "\(campaign.seeds) seeds, \(campaign.failures.count) failed; "
                + "\(campaign.events / max(1, campaign.seeds)) events and \(campaign.kills / max(1, campaign.seeds)) kills a seed, "
                + "\(campaign.fewestSteps) steps and \(campaign.fewestKills) kills at least")
        if let plant {
            let first = failed.first.map { "after \($0 - from + 1) seeds" } ?? "not at all"
            print("\(plant.rawValue) is found \(first)")
        }
        for (fault, percent) in campaign.coverage { print("\(percent) %: \(fault)") }
        guard campaign.failures.isEmpty else { throw ExitCode.failure }
    }

    private func explain(_ seed: UInt64) {
        guard let small = Simulation.shrink(seed: seed, of: stage, plant: plant) else { return }
        print("seed \(seed) in short:")
        for step in small.steps { print("    \(step)") }
        if let violation = small.run.violation { print("    \(violation)") }
        if trace { for line in small.run.trace { print("        \(line)") } }
    }
}

extension Plant: ExpressibleByArgument {}

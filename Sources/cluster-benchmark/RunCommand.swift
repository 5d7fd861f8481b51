internal import ArgumentParser
internal import Benchmark

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Measures; the default.")

    @Option(parsing: .upToNextOption, help: "These alone: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
    var only: [Part] = []
    @Flag(help: "Fewer and smaller, to see whether all works.") var quick = false
    @Option(help: "Also writes the figures to this file.") var json: String?
    @Option(help: "Prints an earlier run's figures, from its --json file, beside the new ones.") var compare: String?

    @Option(help: "Measures growth too, and writes its plots into this folder.") var plots: String?
    /// For the run that this one starts in a network of its own.
    @Flag(help: .hidden) var ownNetwork = false

    func run() throws {
        let old = try compare.map { try Results(reading: $0) }
        let workshop = try Workshop(isQuick: quick, hasOwnNetwork: ownNetwork)
        defer { workshop.cleanUp() }
        try Interruption.watch(workshop)
        var parts = only.isEmpty ? Part.usual : only
        if plots != nil, !parts.contains(.growth) { parts.append(.growth) }
        let results = try Results.measure(parts, in: workshop)
        if let json { try results.write(to: json) }
        if let plots { try results.writePlots(into: plots) }
        print(results.table)
        if let old { print("\n" + results.comparison(with: old)) }
        guard !results.hasFailed else { throw ExitCode.failure }
    }
}

internal import ArgumentParser
internal import Benchmark

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Measures; the default.")

    @Option(parsing: .upToNextOption, help: "These alone: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
    var only: [Part] = []
    @Flag(help: "Fewer and smaller, to see whether all works.") var quick = false
    @Option(help: "Also writes the figures to this file.") var json: String?
    @Option(help: "Prints an earlier run's figures, from its --json file, beside the new ones.") var compare: String?

    func run() throws {
        let old = try compare.map { try Results(reading: $0) }
        let workshop = try Workshop(isQuick: quick)
        defer { workshop.cleanUp() }
        try Interruption.watch(workshop)
        let results = try Results.measure(only.isEmpty ? Part.usual : only, in: workshop)
        if let json { try results.write(to: json) }
        print(results.table)
        if let old { print("\n" + results.comparison(with: old)) }
        guard !results.hasFailed else { throw ExitCode.failure }
    }
}

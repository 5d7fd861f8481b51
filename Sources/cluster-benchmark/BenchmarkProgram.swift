public import ArgumentParser
internal import Benchmark

@main struct BenchmarkProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster-benchmark", abstract: "Measures the daemons that lie beside it (docs/performance.md).",
        subcommands: [
            RunCommand.self, PlotCommand.self, BareHubCommand.self, BareStartCommand.self, FloodCommand.self,
            BusyCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
}

struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot", abstract: "Draws the plots of a run that was kept.")

    @Argument(help: "What --json wrote.") var results: String
    @Argument(help: "Where the plots go.") var folder: String

    func run() throws { try Results(reading: results).writePlots(into: folder) }
}

/// What runs as a process of its own to be measured against.
struct BareHubCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bare-hub", shouldDisplay: false)

    func run() throws {
        var hub = try BareHub()
        try hub.run()
    }
}

/// The floor of a start: what a Swift program costs that does nothing.
struct BareStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bare-start", shouldDisplay: false)

    func run() throws { try BareStart().run() }
}

/// Another client of the hub, which gives nobody a rest.
struct FloodCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "flood", shouldDisplay: false)

    @Argument(help: "Where the hub answers.") var endpoint: String

    func run() throws { try Flood(endpoint: endpoint).run() }
}

struct BusyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "busy", shouldDisplay: false)

    @Argument(help: "Of one core.") var percent: Int

    func run() throws { Busy(percent: percent).run() }
}

extension Part: ExpressibleByArgument {}

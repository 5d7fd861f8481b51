internal import ArgumentParser

/// `restart`: `stop`, then `start`; with a fault in the configuration, neither.
struct RestartCommand<Program: Daemon>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "restart", abstract: "Stop, then start; with a fault in the configuration, neither.")
    }

    @OptionGroup var options: DaemonOptions

    func run() throws {
        try StopCommand<Program>(options: _options).run()
        if !options.check { try StartCommand<Program>(options: _options).run() }
    }
}

internal import ArgumentParser

/// A daemon's command line: its sub-commands, of which `run` is meant where none is named.
struct DaemonCommand<Program: Daemon>: ParsableCommand {
    // Not stored: a generic type has no stored static properties.
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Program.name, abstract: Program.abstract, version: Version.current,
            subcommands: [RunCommand<Program>.self], defaultSubcommand: RunCommand<Program>.self)
    }
}

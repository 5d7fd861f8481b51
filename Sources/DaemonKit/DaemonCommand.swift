internal import ArgumentParser

/// A daemon's command line: its sub-commands, of which `run` is meant where none is named.
struct DaemonCommand<Program: Daemon>: ParsableCommand {
    // Not stored: a generic type has no stored static properties.
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Program.name, abstract: Program.abstract, discussion: discussion, version: Version.current,
            subcommands: [
                RunCommand<Program>.self, StartCommand<Program>.self, StopCommand<Program>.self,
                RestartCommand<Program>.self,
            ], defaultSubcommand: RunCommand<Program>.self)
    }

    /// What is the same in all of them stands below what tells them apart.
    private static var discussion: String {
        """
        \(Program.discussion)

        It reads \(DaemonOptions.usualPath), or what --config or the variable \(DaemonOptions.variable) names, and then \
        fail2ban-cluster.d/*.conf beside it.

        Options of every command: --config PATH, --log-level LEVEL (trace, debug, info, notice, warning, error, critical), \
        and -n or --check, which prints every fault of the configuration with its line, or OK, and touches nothing.

        A first try, which you end with Ctrl-C:
            \(Program.name) --check
            \(Program.name) --log-level debug
        With systemd:
            systemctl enable --now \(Program.name)
            systemctl reload \(Program.name)
        Without:
            \(Program.name) start

        Signals: SIGHUP reads the configuration again; with any fault in it the old one stays. SIGTERM and SIGINT end it.
        Exit status: 0 all well, 1 failed, 64 wrong use, 78 wrong configuration.
        """
    }
}

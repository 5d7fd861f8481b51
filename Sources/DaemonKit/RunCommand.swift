internal import ArgumentParser
internal import ClusterConfiguration
internal import Glibc
internal import LinuxSystem
internal import Logging

/// `run`: in the foreground, until a signal.
struct RunCommand<Program: Daemon>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "run", abstract: "Stay in the foreground and log to standard error (the default).")
    }

    @OptionGroup var options: DaemonOptions

    func run() throws {
        let (configuration, section) = try options.load(Program.Section.self)
        if options.check {
            for warning in configuration.warnings where !warning.isQuiet { StandardError.write("\(warning)\n") }
            return print("\(configuration.path): OK")
        }
        let logger = options.startLogging(daemon: Program.name, level: configuration.general.logLevel)
        for warning in configuration.warnings {
            logger.log(level: warning.isQuiet ? .debug : .warning, "configuration", metadata: ["problem": "\(warning)"])
        }
        // Whoever reads our log may go away; a write must then fail, not kill us.
        signal(SIGPIPE, SIG_IGN)
        do {
            // Before any other thread, which would take the signals instead.
            let signals = try SignalWatch([SIGTERM, SIGINT])
            try Program.serve(section, configuration.general, logger, until: signals)
            logger.notice("stopped")
        } catch {
            // The error goes to the log, like everything else that a daemon has to say, and the process ends with 1.
            logger.critical("failed", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
    }
}

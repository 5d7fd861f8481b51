internal import ArgumentParser
internal import ClusterConfiguration
internal import Glibc
internal import LinuxSystem
internal import Logging

/// `run`: in the foreground, until a signal.
struct RunCommand<Program: Daemon>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "run", abstract: "Stay in the foreground and log to standard error (the default).",
            discussion: """
                SIGTERM and SIGINT end it within two seconds, SIGHUP makes it read its configuration again. systemd is told \
                when it is ready, reloads and stops, and hears its sign of life (Type=notify, WatchdogSec).
                """)
    }

    @OptionGroup var options: DaemonOptions

    func run() throws {
        let (configuration, section) = try options.load(Program.Section.self)
        if options.check { return options.report(configuration) }
        let (logger, level) = options.startLogging(daemon: Program.name, level: configuration.general.logLevel)
        // Whoever reads our log may go away; a write must then fail, not kill us.
        signal(SIGPIPE, SIG_IGN)
        do {
            // Before any other thread, which would take the signals instead.
            let signals = try SignalWatch([SIGTERM, SIGINT, SIGHUP])
            let general = configuration.general
            // Only one daemon of a kind has the pidfile, and so the state files.
            let pidfilePath = Program.pidfile(section, general)
            try FileSystem.createFolder(FileSystem.folder(of: pidfilePath), mode: 0o750)
            let pidfile = try PidFile(taking: pidfilePath)
            defer { remove(pidfile, logger) }
            for warning in configuration.warnings {
                logger.log(
                    level: warning.isQuiet ? .debug : .warning, "configuration", metadata: ["problem": "\(warning)"])
            }
            var supervision = Supervision(
                signals: signals,
                manager: ServiceManager(
                    environment: ServiceManager.takeEnvironment(), process: OwnProcess.number,
                    now: SystemClock.monotonic(), logger: logger),
                reload: Reload(
                    path: options.path, general: general, section: section, level: level,
                    fixedLevel: options.logLevel),
                starter: options.isStarted ? Starter() : nil, logger: logger)
            try Program.serve(section, general, logger, under: &supervision)
            logger.notice("stopped")
        } catch let refusal as PidFile.Refusal {
            // For the person at the terminal rather than for the log: nothing was begun.
            StandardError.write("\(Program.name): \(refusal)\n")
            throw ExitCode.failure
        } catch {
            // The error goes to the log, like everything else that a daemon has to say, and the process ends with 1.
            logger.critical("failed", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
    }

    private func remove(_ pidfile: borrowing PidFile, _ logger: Logger) {
        do throws(SystemError) {
            try pidfile.remove()
        } catch {
            // It is not locked any more once we have ended: the next start takes it over.
            logger.warning("the pidfile stays", metadata: ["error": "\(error)"])
        }
    }
}

internal import ArgumentParser
internal import ClusterConfiguration
internal import LinuxSystem

/// `stop`: ends the daemon that holds the pidfile.
struct StopCommand<Program: Daemon>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "stop", abstract: "End the one that runs; return when it has ended.",
            discussion: "Where none runs, there is nothing to do: it says so and ends with 0.")
    }

    /// It takes two seconds where all is well.
    private static var limit: Duration { .seconds(10) }

    @OptionGroup var options: DaemonOptions

    func run() throws {
        let (configuration, section) = try options.load(Program.Section.self)
        if options.check { return options.report(configuration) }
        let path = Program.pidfile(section, configuration.general)
        do {
            guard let process = try PidFile.holder(of: path), let daemon = try OtherProcess(process) else {
                say("not running (pidfile \(path))")
                return
            }
            // Between our two looks it may have ended, and its number may be another's by now.
            guard try PidFile.holder(of: path) == process else { return }
            try daemon.terminate()
            guard try daemon.ends(within: Self.limit) else {
                say("still running after \(Self.limit.components.seconds) s (pid \(process)), pidfile \(path)")
                throw ExitCode.failure
            }
        } catch let code as ExitCode {
            throw code
        } catch {
            say("\(error)")
            throw ExitCode.failure
        }
    }

    private func say(_ text: String) { StandardError.write("\(Program.name): \(text)\n") }
}

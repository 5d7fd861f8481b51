internal import ArgumentParser
internal import ClusterConfiguration
internal import LinuxSystem

/// `start`: `run` in a session of its own.
struct StartCommand<Program: Daemon>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "start", abstract: "Start it in the background; return when it is ready.",
            discussion: "It logs to the system's log then (facility daemon). Where it cannot start, this says why.")
    }

    /// Reading a large state file takes seconds, names that nobody resolves take more.
    private static var limit: Duration { .seconds(90) }

    @OptionGroup var options: DaemonOptions

    func run() throws {
        let (configuration, _) = try options.load(Program.Section.self)
        if options.check { return options.report(configuration) }
        let status: Int32
        do throws(SystemError) {
            status = try start()
        } catch {
            say("\(error)")
            throw ExitCode.failure
        }
        if status != 0 { throw ExitCode(status) }
    }

    private func start() throws(SystemError) -> Int32 {
        let program = try DetachedProgram(OwnProcess.executable(), arguments())
        switch try program.begin(within: Self.limit) {
        case .ready:
            return 0
        case .ended(let status, let text):
            StandardError.write(text)
            if status == 0 { say("ended before it was ready") }
            if status > 128 { say("ended by signal \(status - 128)") }
            return status == 0 ? 1 : status
        case .silent(let text):
            program.kill()
            StandardError.write(text)
            say("not ready after \(Self.limit.components.seconds) s, and killed")
            return 1
        }
    }

    private func say(_ text: String) { StandardError.write("\(Program.name): \(text)\n") }

    /// The same options; the path must mean the same in another folder, too.
    private func arguments() throws(SystemError) -> [String] {
        let path = options.path.hasPrefix("/") ? options.path : "\(try OwnProcess.folder())/\(options.path)"
        let level = options.logLevel.map { ["--log-level", $0.rawValue] } ?? []
        return ["run", "--started", "--config", path] + level
    }
}

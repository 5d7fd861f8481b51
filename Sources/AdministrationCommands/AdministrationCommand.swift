internal import ArgumentParser
internal import DaemonKit

/// A sub-command: reads the configuration, does its work, and says what failed.
protocol AdministrationCommand: ParsableCommand {
    var options: CommandOptions { get }

    /// - Throws: a ``Failure``, or an error that says of itself what failed where.
    func work(_ setup: Setup) throws
}

extension AdministrationCommand {
    func run() throws { try carryOut(try options.load()) }

    /// - Throws: status 1, after what failed was written to standard error.
    func carryOut(_ setup: Setup) throws {
        do {
            try work(setup)
        } catch let code as ExitCode {
            throw code
        } catch {
            StandardError.write("\(RootCommand.name): \(LogText.escaped("\(error)"))\n")
            throw ExitCode.failure
        }
    }
}

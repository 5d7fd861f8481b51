internal import ArgumentParser
internal import DaemonKit

/// A sub-command that sets this host up, rather than ask a hub: says what failed.
protocol SetupCommand: ParsableCommand {
    /// - Throws: a ``Failure``, or an error that says of itself what failed where.
    func work() throws
}

extension SetupCommand {
    /// - Throws: status 1, after what failed was written to standard error.
    func run() throws {
        do {
            try work()
        } catch let code as ExitCode {
            throw code
        } catch {
            StandardError.write("\(RootCommand.name): \(LogText.escaped("\(error)"))\n")
            throw ExitCode.failure
        }
    }
}

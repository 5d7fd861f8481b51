internal import ArgumentParser
internal import ClusterConfiguration
internal import DaemonKit
internal import Glibc
internal import LinuxSystem

/// Which configuration file a sub-command goes by.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file; else $\(DaemonOptions.variable), else \(DaemonOptions.usualPath).",
            valueName: "path"))
    var config: String?

    var path: String { DaemonOptions.path(given: config) }

    /// - Throws: status 78, after every fault was written to standard error.
    func load() throws -> Configuration {
        do throws(ConfigurationError) {
            return try Configuration.load(path: path)
        } catch {
            StandardError.write("\(error)\n")
            throw ExitCode(EX_CONFIG)
        }
    }

    /// nil where there is no such file yet.
    func loadIfThere() throws -> Configuration? {
        if access(path, F_OK) != 0, errno == ENOENT { return nil }
        return try load()
    }
}

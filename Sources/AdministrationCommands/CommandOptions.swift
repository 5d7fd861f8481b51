internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import DaemonKit
internal import Glibc
internal import LinuxSystem

/// The options that every sub-command has.
struct CommandOptions: ParsableArguments {
    @OptionGroup var file: ConfigurationOption

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The hub to ask, such as tcp://hub.example.org:5678 (watch: to listen to, port 5680).", valueName: "url"),
        transform: Self.endpoint)
    var hub: Endpoint?

    private static func endpoint(_ text: String) throws -> Endpoint {
        guard let endpoint = Endpoint(text), endpoint.isConnectable else {
            throw ValidationError("expected an address such as tcp://hub.example.org:5678 or ipc:///path")
        }
        return endpoint
    }

    var path: String { file.path }

    /// - Throws: status 78, after every fault was written to standard error.
    func load() throws -> Setup {
        do throws(ConfigurationError) {
            return try setup()
        } catch {
            StandardError.write("\(error)\n")
            throw ExitCode(EX_CONFIG)
        }
    }

    func setup() throws(ConfigurationError) -> Setup { try Setup(try configuration(), hub: hub) }

    /// Who names a hub needs no file: then this machine's own name will do.
    private func configuration() throws(ConfigurationError) -> Configuration {
        let isAskedFor = file.config != nil || path != DaemonOptions.usualPath || hub == nil
        if !isAskedFor, access(path, F_OK) != 0, errno == ENOENT {
            return try Configuration.parse([ConfigurationFile(name: path, text: "")], machineName: HostName.own)
        }
        return try Configuration.load(path: path)
    }
}

extension Address {
    /// For a command line.
    static func read(_ text: String) throws -> Address {
        do {
            return try Address(text)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

extension Jail {
    /// For a command line.
    static func read(_ text: String) throws -> Jail {
        guard let jail = Jail(text) else {
            throw ValidationError("a jail's name is made of A-Z a-z 0-9 _ . -, at most 64 of them")
        }
        return jail
    }
}

extension BanDuration {
    /// For a command line.
    static func read(_ text: String) throws -> BanDuration {
        guard let duration = BanDuration(text), duration != .limited(.zero) else {
            throw ValidationError("expected a duration such as 600, 10m, 1h, 1d or 1w, or -1 for ever")
        }
        return duration
    }
}

public import ArgumentParser
public import ClusterConfiguration
internal import Glibc
internal import LinuxSystem
internal import Logging

/// The options that every daemon has.
public struct DaemonOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file; else $\(Self.variable), else \(Self.usualPath).", valueName: "path"))
    public var config: String?

    @Option(name: .long, help: ArgumentHelp("Rather than what the configuration says.", valueName: "level"))
    public var logLevel: LogLevel?

    @Flag(name: [.customShort("n"), .long], help: "Print every fault of the configuration, or OK, and touch nothing.")
    public var check = false

    /// Given by `start` to the daemon that it starts.
    @Flag(name: .customLong("started"), help: .hidden)
    var isStarted = false

    public init() {}

    public static let variable = "FAIL2BAN_CLUSTER_CONF"
    public static let usualPath = "/etc/fail2ban/fail2ban-cluster.conf"

    /// Where the configuration is.
    public var path: String { Self.path(given: config) }

    /// - Parameter option: what the command line says.
    public static func path(given option: String?) -> String {
        if let option { return option }
        if let value = getenv(variable), value.pointee != 0 { return String(cString: value) }
        return usualPath
    }

    /// The configuration, and the section of the daemon that asks for it.
    ///
    /// - Throws: status 78, after every fault was written to standard error.
    public func load<Section: DaemonSection>(
        _: Section.Type = Section.self
    ) throws -> (configuration: Configuration, section: Section) {
        do throws(ConfigurationError) {
            let configuration = try Configuration.load(path: path)
            let section: Section = try configuration.section()
            if let keyFile = section.keyFile { _ = try KeyFile.read(keyFile) }
            return (configuration, section)
        } catch {
            StandardError.write("\(error)\n")
            throw ExitCode(EX_CONFIG)
        }
    }

    /// What `--check` says where nothing is wrong.
    func report(_ configuration: Configuration) {
        for warning in configuration.warnings where !warning.isQuiet { StandardError.write("\(warning)\n") }
        print("\(configuration.path): OK")
    }

    /// The process's one logger from now on, and the level of all its loggers: to be called once, by `run`.
    func startLogging(daemon: String, level: LogLevel) -> (Logger, Guarded<Logger.Level>) {
        let level = Guarded(Logger.Level(logLevel ?? level))
        let destination = isStarted ? LogDestination.systemLog : .standardError
        LoggingSystem.bootstrap { label in destination.handler(label: label, level: level) }
        return (Logger(label: daemon), level)
    }
}

extension LogLevel: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(rawValue: argument.lowercased())
    }
}

extension Logger.Level {
    init(_ level: LogLevel) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}

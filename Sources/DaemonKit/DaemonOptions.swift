package import ArgumentParser
package import ClusterConfiguration
internal import Glibc
internal import Logging

/// The options that every daemon has.
package struct DaemonOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file; else $\(Self.variable), else \(Self.usualPath).", valueName: "path"))
    package var config: String?

    @Option(name: .long, help: ArgumentHelp("Rather than what the configuration says.", valueName: "level"))
    package var logLevel: LogLevel?

    @Flag(name: [.customShort("n"), .long], help: "Print every fault of the configuration, or OK, and touch nothing.")
    package var check = false

    package init() {}

    static let variable = "FAIL2BAN_CLUSTER_CONF"
    static let usualPath = "/etc/fail2ban/fail2ban-cluster.conf"

    /// Where the configuration is.
    package var path: String {
        if let config { return config }
        if let value = getenv(Self.variable), value.pointee != 0 { return String(cString: value) }
        return Self.usualPath
    }

    /// The configuration, and the section of the daemon that asks for it.
    ///
    /// - Throws: status 78, after every fault was written to standard error.
    package func load<Section: DaemonSection>(
        _: Section.Type = Section.self
    ) throws -> (configuration: Configuration, section: Section) {
        do throws(ConfigurationError) {
            let configuration = try Configuration.load(path: path)
            return (configuration, try configuration.section())
        } catch {
            StandardError.write("\(error)\n")
            throw ExitCode(EX_CONFIG)
        }
    }

    /// The process's one logger from now on: to be called once, by `run`.
    func startLogging(daemon: String, level: LogLevel) -> Logger {
        let level = Logger.Level(logLevel ?? level)
        let hasTime = getenv("JOURNAL_STREAM") == nil
        LoggingSystem.bootstrap { label in
            var handler = LineLogHandler(label: label, hasTime: hasTime)
            handler.logLevel = level
            return handler
        }
        return Logger(label: daemon)
    }
}

extension LogLevel: ExpressibleByArgument {
    package init?(argument: String) {
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

internal import ClusterConfiguration
internal import LinuxSystem
internal import Logging

/// The configuration that is in force, and how it changes: the whole new file is read first, and with any fault in it the
/// old one stays.
struct Reload<Section: DaemonSection> {
    let path: String
    private(set) var general: GeneralSection
    private(set) var section: Section
    /// What the process's loggers go by.
    let level: Guarded<Logger.Level>
    /// Of the command line: it stands above what the file says.
    let fixedLevel: LogLevel?

    /// Returns whether something else may be in force now.
    mutating func run(_ logger: Logger) -> Bool {
        do throws(ConfigurationError) {
            let new = try Configuration.load(path: path)
            let section: Section = try new.section()
            for warning in new.warnings {
                logger.log(
                    level: warning.isQuiet ? .debug : .warning, "configuration", metadata: ["problem": "\(warning)"])
            }
            let differing = general.adopt(new.general) + self.section.adopt(section)
            for key in differing {
                logger.warning("this key takes effect with a restart only", metadata: ["key": "\(key)"])
            }
            let level = Logger.Level(fixedLevel ?? general.logLevel)
            self.level.withLock { $0 = level }
            logger.notice("the configuration was read again", metadata: ["file": "\(path)"])
            return true
        } catch {
            for fault in error.faults {
                logger.error("the configuration is wrong", metadata: ["fault": "\(fault)"])
            }
            logger.error(
                "the configuration stays as it was: there are faults in the new one",
                metadata: ["file": "\(path)", "faults": "\(error.faults.count)"])
            return false
        }
    }
}

internal import BanModel
internal import ClusterConfiguration

/// Configuration files, parted by form feeds, which no file may have in it.
enum ConfigurationTarget: FuzzTarget {
    static let name = "configuration"

    static func run(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 0x0C, maxSplits: 3, omittingEmptySubsequences: false)
        let files = zip(0..., parts).map { ConfigurationFile(name: "\($0).conf", bytes: Array($1)) }
        let first = files[0].name
        do throws(ConfigurationError) {
            let configuration = try Configuration.parse(files, machineName: "web1")
            for warning in configuration.warnings { requireReason("\(warning)", atMost: 4096, "a warning") }
            check(MonitorSection.self, configuration)
            check(PublisherSection.self, configuration)
            check(SubscriberSection.self, configuration)
            checkAgain(configuration)
        } catch {
            require(!error.faults.isEmpty, "refused without a fault")
            for fault in error.faults {
                requireReason("\(fault)", atMost: 4096, "refused")
                require(files.contains { $0.name == fault.place.file }, "\(fault) is of no file, the first is \(first)")
            }
        }
    }

    private static func check<Section: DaemonSection>(_ type: Section.Type, _ configuration: Configuration) {
        do throws(ConfigurationError) {
            _ = try configuration.section(type)
        } catch {
            require(!error.faults.isEmpty, "\(type) does not start, without a fault")
            for fault in error.faults { require(!"\(fault)".isEmpty, "\(type) does not start, without a reason") }
        }
    }

    /// The typed sections, written with all their keys, are read as the same.
    private static func checkAgain(_ configuration: Configuration) {
        guard let text = configuration.written else { return }
        do throws(ConfigurationError) {
            let file = ConfigurationFile(name: "again.conf", text: text)
            let again = try Configuration.parse([file], machineName: "another")
            requireSame(again.general, as: configuration.general, text)
            requireSame(again.monitor, as: configuration.monitor, text)
            requireSame(again.publisher, as: configuration.publisher, text)
            requireSame(again.subscriber, as: configuration.subscriber, text)
            require(again.warnings.isEmpty, "\(again.warnings) in \(text)")
        } catch {
            fatalError("\(error) in \(text)")
        }
    }
}

internal import ArgumentParser
public import ClusterConfiguration
public import Logging

/// A daemon: what tells it from the others. A type of this kind is nearly the whole program:
///
///     @main struct MonitorProgram: Daemon {
///         static let name = "fail2ban-monitor"
///         static let abstract = "Follows fail2ban's log and reports each ban and unban to the hub."
///         static let discussion = …
///
///         static func main() { launch() }  // @main takes no package member of another module
///
///         static func serve(…, under supervision: inout Supervision<MonitorSection>) throws { … }
///     }
///
/// No daemon uses Swift's concurrency: the first task starts a pool that wakes up once a second for ever. A daemon's
/// main thread is its own; what blocks goes to a ``LinuxSystem/Worker``.
public protocol Daemon {
    /// The part of the configuration that it runs from.
    associatedtype Section: DaemonSection

    /// As the program is called.
    static var name: String { get }
    /// One sentence for `--help`.
    static var abstract: String { get }
    /// What it does and an example of its section, for somebody who has never heard of it.
    static var discussion: String { get }

    /// Does the daemon's work, on the calling thread, until it is asked to end. Nothing has happened before it.
    static func serve(
        _ section: Section, _ general: GeneralSection, _ logger: Logger,
        under supervision: inout Supervision<Section>
    ) throws
}

extension Daemon {
    /// The program, from its arguments to its exit status.
    public static func launch() { DaemonCommand<Self>.main() }

    /// Where its number is while it runs.
    static func pidfile(_ section: Section, _ general: GeneralSection) -> String {
        section.pidfile?.text ?? "\(general.stateFolder)/\(name).pid"
    }
}

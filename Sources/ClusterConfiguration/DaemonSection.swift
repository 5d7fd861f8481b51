/// The section that one daemon runs from.
public protocol DaemonSection: Reloadable, Hashable, Sendable {
    /// As between the brackets.
    static var name: String { get }
    /// Where the daemon keeps its number; nil: in the state folder.
    var pidfile: AbsolutePath? { get }
    /// This host's secret key, or the hub's own; nil: everything is in the clear.
    var keyFile: AbsolutePath? { get }
    /// nil where no file has the section.
    static func find(in configuration: Configuration) -> Self?
}

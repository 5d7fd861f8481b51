/// The section that one daemon runs from.
package protocol DaemonSection: Hashable, Sendable {
    /// As between the brackets.
    static var name: String { get }
    /// nil where no file has the section.
    static func find(in configuration: Configuration) -> Self?
}

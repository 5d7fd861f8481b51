/// A file's name from the root on: it means the same in whatever folder a daemon was started.
public struct AbsolutePath: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// nil where it does not begin with `/`, has control characters, or is longer than the system allows.
    public init?(_ text: String) {
        guard text.hasPrefix("/"), text.utf8.count < 4096, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { return nil }
        self.text = text
    }

    /// A path that is known to be right where the program is written.
    init(literal text: StaticString) {
        guard let path = Self("\(text)") else { preconditionFailure("\(text)") }
        self = path
    }

    public var description: String { text }
}

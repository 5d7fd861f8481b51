/// A program to start: its absolute path, or a bare name that is looked for in `PATH`.
public struct Program: Hashable, Sendable, CustomStringConvertible {
    public let name: String

    /// nil where it is neither: a relative path means another program in another folder.
    public init?(_ name: String) {
        let isName = !name.isEmpty && !name.contains("/") && name != "." && name != ".."
        guard isName || AbsolutePath(name) != nil, !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            return nil
        }
        self.name = name
    }

    public var description: String { name }
}

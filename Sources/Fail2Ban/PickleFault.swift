/// Why bytes are no ``Pickle``.
enum PickleFault: Error, Hashable, Sendable {
    /// They end before it does.
    case truncated
    /// Something that no pickle has here, in so many bytes from the start.
    case malformed(at: Int)
    /// More values than anybody has to tell us.
    case tooMuch
}

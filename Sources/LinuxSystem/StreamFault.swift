/// Why a ``LocalStream`` could not be made, or did not carry what it should.
public enum StreamFault: Error, Hashable, Sendable {
    /// The time was over.
    case timedOut
    /// Whoever waited comes to an end.
    case stopped
    /// The other side has hung up.
    case ended
    /// Not even a try: the socket is not there, not ours, or has nobody behind it.
    case failed(SystemError)
}

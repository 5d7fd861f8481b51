internal import CLinux
internal import Glibc

/// Signals as something that a poll can watch (signalfd(2)), rather than as something that interrupts.
public struct SignalWatch: ~Copyable, Sendable {
    /// Readable while a signal waits; closed with this value.
    public let fileDescriptor: Int32

    /// Blocks these signals for the calling thread and all that it starts from now on: so make it before any other.
    public init(_ signals: [Int32]) throws(SystemError) {
        let descriptor = cluster_signalfd(signals, Int32(signals.count))
        guard descriptor >= 0 else { throw .last("signalfd") }
        fileDescriptor = descriptor
    }

    deinit { close(fileDescriptor) }

    /// The next signal that came; nil where none waits.
    public func next() -> Int32? {
        let signal = cluster_next_signal(fileDescriptor)
        return signal == 0 ? nil : signal
    }
}

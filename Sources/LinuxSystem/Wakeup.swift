import CLinux
import Glibc

/// Ends another thread's wait: an eventfd that a poll can watch.
///
/// Signals that come before `clear` are one signal. Keep the object for as long as its descriptor is polled.
public final class Wakeup: Sendable {
    /// Readable from `signal` until `clear`; closed with this object.
    public let fileDescriptor: Int32

    public init() throws(SystemError) {
        let descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard descriptor >= 0 else { throw .last("eventfd") }
        fileDescriptor = descriptor
    }

    deinit { close(fileDescriptor) }

    /// From any thread; never blocks.
    public func signal() {
        // The one failure, EAGAIN, means that the counter is full, so the wait ends anyway (eventfd(2)).
        _ = eventfd_write(fileDescriptor, 1)
    }

    /// Clear first, then look at what was signalled: the other way round a signal is lost.
    public func clear() {
        var count: eventfd_t = 0
        // The one failure, EAGAIN, means that nobody signalled.
        _ = eventfd_read(fileDescriptor, &count)
    }
}

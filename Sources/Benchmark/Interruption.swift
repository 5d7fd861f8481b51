internal import Glibc
internal import LinuxSystem

/// Ctrl-C, and what else asks us to end: nothing that was started stays behind.
public enum Interruption {
    /// To be called before any other thread is started: they leave these signals to the one that is started here.
    public static func watch(_ workshop: Workshop) throws {
        let signals = try SignalWatch([SIGINT, SIGTERM, SIGHUP, SIGQUIT])
        let watch = Held(signals)
        startThread("interruption") {
            var watched = pollfd(fd: watch.signals.fileDescriptor, events: Int16(POLLIN), revents: 0)
            var signal: Int32?
            repeat {
                poll(&watched, 1, -1)
                signal = watch.signals.next()
            } while signal == nil
            workshop.cleanUp()
            // At once: the other threads are in the middle of something that is no more.
            _exit(128 + (signal ?? 0))
        }
    }

    /// What cannot be copied, for a thread.
    private final class Held: Sendable {
        let signals: SignalWatch
        init(_ signals: consuming SignalWatch) { self.signals = signals }
    }
}

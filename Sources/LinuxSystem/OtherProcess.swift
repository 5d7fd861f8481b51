internal import CLinux
internal import Glibc

/// A process that is not our child, held by pidfd_open(2): whatever gets its number later is not meant.
public struct OtherProcess: ~Copyable {
    private let descriptor: Descriptor
    private let number: Int32

    /// nil where there is no process of this number.
    public init?(_ number: Int32) throws(SystemError) {
        let opened = cluster_pidfd_open(number)
        if opened < 0 {
            if errno == ESRCH || errno == EINVAL { return nil }
            throw .last("pidfd_open \(number)")
        }
        descriptor = Descriptor(opened)
        self.number = number
    }

    /// SIGTERM; one that has ended already is left alone.
    public func terminate() throws(SystemError) {
        guard cluster_pidfd_send_signal(descriptor.number, SIGTERM) != 0, errno != ESRCH else { return }
        throw .last("signal process \(number)")
    }

    /// Whether it ends before the limit is over.
    public func ends(within limit: Duration) throws(SystemError) -> Bool {
        let deadline = SystemClock.monotonic() + limit.inMicroseconds
        while true {
            var watched = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
            let wait = max(0, deadline - SystemClock.monotonic() + 999) / 1000
            let count = poll(&watched, 1, Int32(min(wait, Int64(Int32.max))))
            if count >= 0 { return count > 0 }
            guard errno == EINTR else { throw .last("poll") }
        }
    }
}

internal import Glibc
internal import LinuxSystem

extension Wakeup {
    /// Returns when it is signalled, or so many microseconds later.
    func wait(atMost limit: Int64?) {
        var watched = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
        // Rounded up: a wait that ends too early would be followed by one of nothing.
        let milliseconds = limit.map { min(max(0, $0) / 1000 + 1, Int64(Int32.max)) } ?? -1
        while poll(&watched, 1, Int32(milliseconds)) < 0, errno == EINTR {}
    }
}

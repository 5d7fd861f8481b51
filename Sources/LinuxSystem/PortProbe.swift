internal import Glibc

/// Whether somebody listens at a TCP port.
public enum PortProbe {
    /// Connects, and hangs up at once: to the first of the host's addresses that takes it.
    ///
    /// - Parameter limit: for all of them together.
    /// - Throws: why the last of them did not; ETIMEDOUT where none answered in time.
    public static func connect(to host: String, port: UInt16, within limit: Duration) throws(SystemError) {
        let deadline = SystemClock.monotonic() + limit.inMicroseconds
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &first)
        guard code == 0 else {
            throw SystemError(operation: "resolve \(host): \(String(cString: gai_strerror(code)))", code: EHOSTUNREACH)
        }
        defer { freeaddrinfo(first) }
        var failure = SystemError(operation: "connect to \(host) port \(port)", code: EADDRNOTAVAIL)
        var next = first
        while let entry = next {
            let reason = attempt(entry.pointee, by: deadline)
            if reason == 0 { return }
            failure = SystemError(operation: failure.operation, code: reason)
            next = entry.pointee.ai_next
        }
        throw failure
    }

    /// Returns errno, or 0 where the connection stood.
    private static func attempt(_ entry: addrinfo, by deadline: Int64) -> Int32 {
        let type = entry.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(entry.ai_family, type, entry.ai_protocol)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        if Glibc.connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        while true {
            var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let left = max(0, deadline - SystemClock.monotonic())
            let count = poll(&watched, 1, Int32(min((left + 999) / 1000, Int64(Int32.max))))
            if count < 0, errno == EINTR { continue }
            if count < 0 { return errno }
            if count == 0 { return ETIMEDOUT }
            var reason: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &reason, &size) == 0 ? reason : errno
        }
    }
}

internal import Glibc

/// Which addresses hosts have, as text: `192.0.2.1`, `2001:db8::1`.
public enum HostAddresses {
    /// Those of this host's own interfaces, without zones.
    public static func own() throws(SystemError) -> [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { throw .last("getifaddrs") }
        defer { freeifaddrs(first) }
        var addresses: [String] = []
        var next = first
        while let entry = next {
            if let address = entry.pointee.ifa_addr, let text = text(of: address) { addresses.append(text) }
            next = entry.pointee.ifa_next
        }
        return addresses
    }

    /// Those of a name, by the system's resolver, which may take its time; a name that is an address is that one.
    ///
    /// - Throws: where the name is not known, or nobody can be asked.
    public static func of(_ name: String) throws(SystemError) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &first)
        guard code == 0 else {
            throw SystemError(operation: "resolve \(name): \(String(cString: gai_strerror(code)))", code: EHOSTUNREACH)
        }
        defer { freeaddrinfo(first) }
        var addresses: [String] = []
        var next = first
        while let entry = next {
            if let address = entry.pointee.ai_addr, let text = text(of: address) { addresses.append(text) }
            next = entry.pointee.ai_next
        }
        return addresses
    }

    /// nil for what is neither IPv4 nor IPv6.
    private static func text(of address: UnsafePointer<sockaddr>) -> String? {
        let family = Int32(address.pointee.sa_family)
        guard family == AF_INET || family == AF_INET6 else { return nil }
        let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(address, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        let whole = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        return whole.split(separator: "%").first.map(String.init)
    }
}

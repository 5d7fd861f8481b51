internal import BanModel

/// An address of ZeroMQ to bind or to connect to: `tcp://HOST:PORT` or `ipc:///PATH`.
public struct Endpoint: Hashable, Sendable {
    private enum Transport: Hashable {
        /// `host` nil: every address of this host; `port` nil: any free one.
        case tcp(host: String?, port: UInt16?)
        case ipc(String)
    }

    private let transport: Transport

    /// Reads `tcp://hub.example.org:5678`, `tcp://192.0.2.1:5678`, `tcp://[2001:db8::1]:5678`, `tcp://*:5678`,
    /// `tcp://127.0.0.1:*`, `ipc:///run/hub.sock` and `ipc://@abstract`, and nothing else.
    public init?(_ text: String) {
        if let address = text.withoutPrefix("tcp://") {
            guard let colon = address.lastIndex(of: ":") else { return nil }
            let host = address[..<colon]
            let port = address[address.index(after: colon)...]
            guard host == "*" || Self.isHost(host), port == "*" || Self.port(port) != nil else { return nil }
            let number = Self.port(port)
            transport = .tcp(host: host == "*" ? nil : host.lowercased(), port: number == 0 ? nil : number)
        } else if let path = text.withoutPrefix("ipc://") {
            // sun_path has 108 bytes, the last of them NUL (unix(7)).
            guard path.hasPrefix("/") || path.hasPrefix("@"), (2...107).contains(path.utf8.count),
                !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else { return nil }
            transport = .ipc(String(path))
        } else {
            return nil
        }
    }

    /// Whether it names one place: `*` can only be bound.
    public var isConnectable: Bool {
        switch transport {
        case .tcp(let host, let port): host != nil && port != nil
        case .ipc: true
        }
    }

    /// Whether every socket that is bound to it gets a port of its own.
    public var isAnyPort: Bool {
        if case .tcp(_, nil) = transport { true } else { false }
    }

    /// The name or address of the machine; nil for `*`, and where there is none.
    public var host: String? {
        guard case .tcp(let host?, _) = transport else { return nil }
        return host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    }

    /// nil for `*`, and where there is none.
    public var port: UInt16? {
        if case .tcp(_, let port) = transport { port } else { nil }
    }

    /// Whether nobody on another host can reach it, or be reached by it.
    public var isOnThisHost: Bool {
        switch transport {
        case .ipc: true
        case .tcp(nil, _): false
        case .tcp:
            host.map { $0 == "localhost" || $0 == "lo" || (try? Address($0))?.isLoopback == true } == true
        }
    }

    /// Where somebody on the same host reaches what is bound to this; nil where only the one who bound it knows the port.
    public var fromThisHost: Endpoint? {
        guard case .tcp(let host, let port) = transport else { return self }
        guard let port else { return nil }
        switch host {
        case nil, "0.0.0.0", "[::]": return Endpoint("tcp://127.0.0.1:\(port)")
        default: return self
        }
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.count <= 5 else { return nil }
        return UInt16(text)
    }

    /// A name, a network interface, an IPv4 address, or an IPv6 address in brackets, perhaps with its zone.
    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let parts = text.dropFirst().dropLast().split(separator: "%", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), let address = try? Address(parts[0]), address.family == .ipv6,
                !parts[0].contains("/")
            else { return false }
            return parts.count == 1 || ((1...15).contains(parts[1].utf8.count) && Host(parts[1]) != nil)
        }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard Host(text) != nil, labels.dropLast().allSatisfy({ !$0.isEmpty }) else { return false }
        // A name that ends in a number can only be meant as an IPv4 address.
        if let last = labels.last, Int(last) != nil { return (try? Address(text)) != nil }
        return true
    }
}

extension Endpoint: CustomStringConvertible {
    /// As libzmq reads it.
    public var description: String {
        switch transport {
        case .tcp(let host, let port): "tcp://\(host ?? "*"):\(port.map(String.init) ?? "*")"
        case .ipc(let path): "ipc://\(path)"
        }
    }
}

extension String {
    fileprivate func withoutPrefix(_ prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}

internal import BanModel
internal import ClusterConfiguration
internal import LinuxSystem

/// Where other hosts reach the hub of this one.
struct HubPlace {
    /// As it stands in an address of ZeroMQ.
    private let name: String

    /// - Parameter name: what the administrator says; nil: the hub's own name where it is a whole one, else an address.
    init(at name: String?, general: GeneralSection) throws {
        if let name {
            self.name = Self.bracketed(name)
            return
        }
        let own = general.hostname.name
        if own.contains(".") {
            self.name = own
            return
        }
        let addresses = try HostAddresses.own().filter { text in
            guard let address = try? Address(text) else { return false }
            return !address.isLoopback && NeverBanned.reason(address) == nil && !text.lowercased().hasPrefix("fe80")
        }
        // Whoever has both reaches more hosts by IPv4.
        let first = addresses.first { !$0.contains(":") } ?? addresses.first
        self.name = first.map(Self.bracketed) ?? own
    }

    /// - Parameter key: of the configuration, for the message.
    func reached(_ endpoint: Endpoint, key: String) throws -> Endpoint {
        guard case let (host, port?) = (endpoint.host, endpoint.port) else {
            if endpoint.isConnectable { return endpoint }
            throw Failure("\(key) in [publisher] has no fixed port: no other host could find it")
        }
        let isEverywhere = host.map { ["0.0.0.0", "::"].contains($0) } ?? true
        guard isEverywhere else { return endpoint }
        guard let reached = Endpoint("tcp://\(name):\(port)"), reached.isConnectable else {
            throw Failure("\"\(name)\" is neither a host's name nor an address: give --at with one")
        }
        return reached
    }

    private static func bracketed(_ name: String) -> String {
        name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name
    }
}

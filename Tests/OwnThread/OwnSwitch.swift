/// Hosts of their own, each in a network of its own, behind one switch: gone with this object.
public struct OwnSwitch: Sendable {
    public struct Impossible: Error, CustomStringConvertible {
        public let description: String
    }

    private static let network = "10.213.7"

    private let middle: OwnNetwork
    public let hosts: [OwnNetwork]

    /// - Parameter count: at most 200.
    public init(hosts count: Int) throws {
        middle = try OwnNetwork()
        hosts = try (0..<count).map { _ in try OwnNetwork() }
        try Self.run(middle, "ip", "link", "add", "switch", "type", "bridge")
        try Self.run(middle, "ip", "link", "set", "switch", "up")
        for (index, host) in hosts.enumerated() {
            try Self.run(
                middle, "ip", "link", "add", "port\(index)", "type", "veth", "peer", "name", "eth0", "netns",
                "\(host.process)")
            try Self.run(middle, "ip", "link", "set", "port\(index)", "master", "switch", "up")
            try Self.run(host, "ip", "address", "add", "\(Self.address(of: index))/24", "dev", "eth0")
            try Self.run(host, "ip", "link", "set", "eth0", "up")
        }
    }

    public static func address(of host: Int) -> String { "\(network).\(host + 1)" }

    /// From now on nothing that one sends arrives at the other, and nobody is told.
    public func cut(_ one: Int, _ other: Int) throws {
        let address = Self.address(of: other)
        try Self.run(hosts[one], "nft", "add", "table", "ip", "cut")
        for (chain, side) in [("input", "saddr"), ("output", "daddr")] {
            try Self.run(
                hosts[one], "nft", "add chain ip cut \(chain) { type filter hook \(chain) priority 0; }")
            try Self.run(hosts[one], "nft", "add rule ip cut \(chain) ip \(side) \(address) drop")
        }
    }

    public func heal(_ one: Int) throws { try Self.run(hosts[one], "nft", "delete", "table", "ip", "cut") }

    private static func run(_ network: OwnNetwork, _ words: String...) throws {
        guard network.run(words[0], Array(words.dropFirst())) != nil else {
            throw Impossible(description: "failed: \(words.joined(separator: " "))")
        }
    }
}

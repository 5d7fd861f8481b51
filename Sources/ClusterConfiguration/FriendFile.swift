public import BanModel

/// What clusters send each other to become friends: a file with one section `[friend NAME]`, in which nothing is secret.
public struct FriendFile: Hashable, Sendable {
    public var name: Host
    public var broadcastEndpoint: Endpoint
    public var replyEndpoint: Endpoint
    public var key: PublicKey?
    public var clusterKey: PublicKey

    public init(
        name: Host, broadcastEndpoint: Endpoint, replyEndpoint: Endpoint, key: PublicKey?, clusterKey: PublicKey
    ) {
        self.name = name
        self.broadcastEndpoint = broadcastEndpoint
        self.replyEndpoint = replyEndpoint
        self.key = key
        self.clusterKey = clusterKey
    }

    /// - Throws: all that is wrong in it. How far he wants to be trusted is no fault, and is not read.
    public init(reading file: ConfigurationFile) throws(ConfigurationError) {
        let parser = FileParser(file)
        var faults = parser.faults
        if parser.sections.count != 1 || parser.sections.first?.isFriend != true {
            faults.append(ConfigurationFault(Place(file: file.name, line: nil), "expected one section [friend NAME]"))
        }
        guard let section = parser.sections.first, faults.isEmpty else { throw ConfigurationError(faults: faults) }
        var reader = SectionReader(section)
        let friend = FriendSection(reading: &reader, allowsPlaintext: true)
        guard let friend, reader.faults.isEmpty else { throw ConfigurationError(faults: reader.faults) }
        self.init(
            name: friend.name, broadcastEndpoint: friend.broadcastEndpoint, replyEndpoint: friend.replyEndpoint,
            key: friend.key, clusterKey: friend.clusterKey)
    }

    /// - Parameter level: how far he is trusted; nil: that is for the reader to say.
    public func text(level: Percentage?) -> String {
        let lines = [
            "[friend \(name)]", "broadcasturl = \(broadcastEndpoint)", "replyurl = \(replyEndpoint)",
            key.map { "publickey = \"\($0)\"" }, "clusterkey = \"\(clusterKey)\"", level.map { "trustlevel = \($0)" },
        ]
        return lines.compactMap { $0 }.joined(separator: "\n") + "\n"
    }
}

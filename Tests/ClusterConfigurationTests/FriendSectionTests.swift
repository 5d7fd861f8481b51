import BanModel
import ClusterConfiguration
import Testing

@Suite struct FriendSectionTests {
    private static let key = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
    private static let hub = """
        [general]
        clusterkey = /etc/cluster.key
        [publisher]
        broadcasterbindurl = tcp://127.0.0.1:1
        replybindurl = tcp://127.0.0.1:2

        """
    private static let friend = """
        [friend bob]
        broadcasturl = tcp://hub.bob.example:1
        replyurl = tcp://hub.bob.example:2
        publickey = "\(key)"
        clusterkey = "\(key)"

        """

    private func parse(_ text: String) throws -> Configuration {
        try Configuration.parse([ConfigurationFile(name: "t.conf", bytes: Array(text.utf8))], machineName: "machine")
    }

    @Test func `a friend is where he is, who he is, and how far he is trusted`() throws {
        let publisher = try parse(Self.hub + Self.friend + "trustlevel = 62.5").section(PublisherSection.self)
        let friend = try #require(publisher.friends.first)
        #expect(friend.name == Host("bob"))
        #expect(
            "\(friend.broadcastEndpoint) \(friend.replyEndpoint)" == "tcp://hub.bob.example:1 tcp://hub.bob.example:2")
        #expect(friend.key == PublicKey(Self.key))
        #expect(friend.clusterKey == PublicKey(Self.key))
        #expect(friend.level.trust == Trust(millionths: 625_000))
        #expect(try parse(Self.hub + Self.friend).publisher?.friends.first?.level.trust == Trust(millionths: 800_000))
    }

    @Test func `what friends send each other is read as it was written`() throws {
        let file = try FriendFile(reading: ConfigurationFile(name: "f", bytes: Array(Self.friend.utf8)))
        let level = try #require(Percentage("60"))
        let text = file.text(level: level)
        #expect(try FriendFile(reading: ConfigurationFile(name: "f", bytes: Array(text.utf8))) == file)
        #expect(try parse(Self.hub + text).publisher?.friends.first?.level == level)
        #expect(throws: ConfigurationError.self) {
            try FriendFile(reading: ConfigurationFile(name: "f", bytes: Array((text + "[general]\n").utf8)))
        }
    }

    @Test(arguments: [
        ("[friend]", "[friend NAME]"), ("[friend a/b]", "[friend NAME]"), ("trustlevel = 0", "trustlevel"),
        ("trustlevel = 101", "trustlevel"), ("replyurl = tcp://*:1", "replyurl"), ("clusterkey = short", "clusterkey"),
    ])
    func `what is wrong with a friend is said`(line: String, word: String) throws {
        var text = Self.friend
        if line.hasPrefix("[") {
            text.replace("[friend bob]", with: line)
        } else {
            let key = line.prefix { $0 != " " }
            text = text.split(separator: "\n").filter { !$0.hasPrefix(key) }.joined(separator: "\n") + "\n" + line
        }
        let error = #expect(throws: ConfigurationError.self) { try parse(Self.hub + text) }
        #expect(error?.description.contains(word) == true, "\(String(describing: error))")
    }

    @Test
    func `a hub with friends starts only with a key of its cluster's, and with theirs, or where plaintext is allowed`()
        throws
    {
        let keyless = Self.hub.replacing("clusterkey = /etc/cluster.key", with: "")
        #expect(throws: ConfigurationError.self) {
            try parse(keyless + Self.friend).section(PublisherSection.self)
        }
        let open = Self.friend.split(separator: "\n").filter { !$0.hasPrefix("publickey") }.joined(separator: "\n")
        #expect(throws: ConfigurationError.self) { try parse(Self.hub + open).section(PublisherSection.self) }
        let allowed = Self.hub + "allowplaintext = true\n" + open
        #expect(try parse(allowed).section(PublisherSection.self).friends.count == 1)
    }
}

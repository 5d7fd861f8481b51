internal import BanModel

/// How a hub's friends are, as people and other programs read it.
struct FriendsReport {
    private let friends: [FriendStatus]

    init(_ friends: [FriendStatus]) { self.friends = friends }

    var text: String {
        guard !friends.isEmpty else { return "There are no friends." }
        var table = Table([
            Table.Column("FRIEND", mayBreak: true), .init("TRUST"), .init("UP"), .init("SINCE (UTC)"), .init("LAG"),
            .init("TAKEN"), .init("REFUSED", mayBreak: true),
        ])
        table.rows = friends.map { friend in
            let refused = friend.refused.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key.rawValue)" }
            return [
                friend.name.name, "\(friend.trust)", friend.isConnected ? "yes" : "no", friend.since.text,
                friend.lag.map(String.init) ?? "unknown", "\(friend.taken)",
                refused.isEmpty ? "0" : refused.joined(separator: " "),
            ]
        }
        let prints = friends.map { "\($0.cluster)  \($0.name)" }
        let reasons = Set(friends.flatMap(\.refused.keys)).sorted().map { "\($0.rawValue): it \($0.reason)." }
        return
            ([table.text, prints.joined(separator: "\n")] + (reasons.isEmpty ? [] : [reasons.joined(separator: "\n")]))
            .joined(separator: "\n\n")
    }

    var document: String { Document.text(friends.map { Fields($0) }) }

    struct Fields: Encodable {
        private let friend: FriendStatus

        private enum Key: String, CodingKey {
            case host, cluster, trust, connected, lag, seen, taken, refused
        }

        init(_ friend: FriendStatus) { self.friend = friend }

        /// What is not known is `null`.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(friend.name.name, forKey: .host)
            try container.encode(friend.cluster.id, forKey: .cluster)
            try container.encode(friend.trust.percentage, forKey: .trust)
            try container.encode(friend.isConnected, forKey: .connected)
            try container.encode(friend.lag, forKey: .lag)
            try container.encode(friend.since.rfc3339, forKey: .seen)
            try container.encode(friend.taken, forKey: .taken)
            let refused = friend.refused.map { ($0.key.rawValue, $0.value) }
            try container.encode(Dictionary(uniqueKeysWithValues: refused), forKey: .refused)
        }
    }
}

public import BanModel

/// `[friend NAME]`: another cluster's hub, in the configuration or in a file of its own in `friends.d`.
public struct FriendSection: Hashable, Sendable {
    /// The first word of its section's name.
    static let word = "friend"

    /// A name for people.
    public var name: Host
    /// `broadcasturl`: where it is listened to.
    public var broadcastEndpoint: Endpoint
    /// `replyurl`: where it is asked.
    public var replyEndpoint: Endpoint
    /// `publickey`: of its hub (CURVE), by which each knows the other; nil: in the clear.
    public var key: PublicKey?
    /// `clusterkey`: of its cluster (Ed25519).
    public var clusterKey: PublicKey
    /// `trustlevel`: what its word counts for, and how much it counts at most.
    public var level = Percentage(percent: 80)

    init?(reading reader: inout SectionReader, allowsPlaintext: Bool) {
        let name = Host(reader.name.dropFirst(Self.word.count + 1))
        if name == nil { reader.noteSection("expected [friend NAME], \(Form.host.expected)") }
        let broadcast = reader.required("broadcasturl", .connectable)
        let reply = reader.required("replyurl", .connectable)
        key = reader.optional("publickey", .publicKey)
        let clusterKey = reader.required("clusterkey", .publicKey)
        level = reader.value("trustlevel", .threshold, default: level)
        let open = [broadcast, reply].compactMap { $0 }.first { !$0.isOnThisHost }
        reader.hinderPlaintext(key == nil && !allowsPlaintext ? open : nil, at: "replyurl") { endpoint in
            """
            \(endpoint) is on another host, and without its publickey everything on the way there is in the clear: ask \
            your friend for what `fail2ban-cluster friends export` prints there
            """
        }
        guard let name, let broadcast, let reply, let clusterKey else { return nil }
        (self.name, self.clusterKey) = (name, clusterKey)
        (broadcastEndpoint, replyEndpoint) = (broadcast, reply)
    }
}

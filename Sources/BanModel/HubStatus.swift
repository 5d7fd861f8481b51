/// How a hub is, and whom it has heard.
public struct HubStatus: Hashable, Sendable {
    public var epoch: UInt64
    public var sequence: UInt64
    /// How many it keeps.
    public var reports: Int
    /// How many addresses are banned now.
    public var bans: Int
    /// By its own clock.
    public var time: Timestamp
    /// Of its database: `ok`, or why it takes nothing.
    public var store: String
    /// By name.
    public var monitors: [PeerStatus]
    /// By name.
    public var subscribers: [PeerStatus]
    /// By name.
    public var friends: [FriendStatus]

    public init(
        epoch: UInt64, sequence: UInt64, reports: Int, bans: Int, time: Timestamp, store: String,
        monitors: [PeerStatus], subscribers: [PeerStatus], friends: [FriendStatus] = []
    ) {
        self.epoch = epoch
        self.sequence = sequence
        self.reports = reports
        self.bans = bans
        self.time = time
        self.store = store
        self.monitors = monitors
        self.subscribers = subscribers
        self.friends = friends
    }
}

/// How a hub is, and whom it has heard.
package struct HubStatus: Hashable, Sendable {
    package var epoch: UInt64
    package var sequence: UInt64
    /// How many it keeps.
    package var reports: Int
    /// How many addresses are banned now.
    package var bans: Int
    /// By its own clock.
    package var time: Timestamp
    /// Of its database: `ok`, or why it takes nothing.
    package var store: String
    /// By name.
    package var monitors: [PeerStatus]
    /// By name.
    package var subscribers: [PeerStatus]
    /// By name.
    package var friends: [FriendStatus]

    package init(
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

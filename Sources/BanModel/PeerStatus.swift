/// What a hub knows of a monitor or a subscriber.
package struct PeerStatus: Hashable, Sendable {
    package var host: Host
    /// nil: not known. A monitor says nothing while nothing happens, so its silence tells nothing.
    package var isConnected: Bool?
    /// How many of the hub's changes it has not obeyed yet; nil: not known.
    package var lag: UInt64?
    /// When it was last heard.
    package var seen: Timestamp
    /// Of a subscriber: how far it is; nil of a monitor.
    package var progress: CopyProgress?

    package init(host: Host, isConnected: Bool?, lag: UInt64?, seen: Timestamp, progress: CopyProgress? = nil) {
        self.host = host
        self.isConnected = isConnected
        self.lag = lag
        self.seen = seen
        self.progress = progress
    }
}

/// What a hub knows of a monitor or a subscriber.
public struct PeerStatus: Hashable, Sendable {
    public var host: Host
    /// nil: not known. A monitor says nothing while nothing happens, so its silence tells nothing.
    public var isConnected: Bool?
    /// How many of the hub's changes it has not obeyed yet; nil: not known.
    public var lag: UInt64?
    /// When it was last heard.
    public var seen: Timestamp
    /// Of a subscriber: how far it is; nil of a monitor.
    public var progress: CopyProgress?

    public init(host: Host, isConnected: Bool?, lag: UInt64?, seen: Timestamp, progress: CopyProgress? = nil) {
        self.host = host
        self.isConnected = isConnected
        self.lag = lag
        self.seen = seen
        self.progress = progress
    }
}

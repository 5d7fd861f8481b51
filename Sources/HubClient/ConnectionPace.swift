internal import ZeroMQ

/// How soon it is noticed that a connection carries nothing any more, and how often libzmq tries a new one. Who was there and
/// refused, or answered nonsense, is left alone for longer (``RetryPause``).
struct ConnectionPace {
    /// Of hosts with their hub: there may be thousands, which mostly are silent. Only the kernel looks, and wakes nobody.
    static let ofHosts = ConnectionPace(longestPause: 5_000, heartbeat: nil, connectLimit: nil, handshakeLimit: nil)
    /// Of hubs with each other, which are few. What the kernel has to say it tries ever more seldom on a road that was cut:
    /// seconds after that is mended, so the connection is given up before; two roads lead to a hub (``ConnectionTurn``).
    static let ofHubs = ConnectionPace(
        longestPause: 100, heartbeat: (5_000, 10_000), connectLimit: 800, handshakeLimit: 10_000)

    /// Between two tries, in milliseconds.
    private let longestPause: Int32
    /// How often a ping goes, and how long a peer may be silent then: longer than what waits here keeps us from reading; in
    /// milliseconds.
    private let heartbeat: (interval: Int32, patience: Int32)?
    /// In milliseconds.
    private let connectLimit: Int32?
    /// In milliseconds.
    private let handshakeLimit: Int32?

    func set(on socket: inout Socket) throws(ZMQError) {
        try socket.setReconnect(100, maximum: longestPause)
        try socket.setKeepAlive(idle: 60, interval: 15, count: 4)
        if let heartbeat { try socket.setHeartbeat(interval: heartbeat.interval, timeout: heartbeat.patience) }
        if let connectLimit { try socket.setConnectLimit(connectLimit) }
        if let handshakeLimit { try socket.setHandshakeLimit(handshakeLimit) }
    }
}

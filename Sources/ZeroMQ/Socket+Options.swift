import CZeroMQ

// Options hold for the binds and connects that follow them (zmq_setsockopt(3)); linger and subscriptions at once.
extension Socket {
    /// How long a closed socket goes on sending what waits, in milliseconds; -1 for ever, and the context's end waits.
    public mutating func setLinger(_ milliseconds: Int32) throws(ZMQError) {
        try set(ZMQ_LINGER, milliseconds, "ZMQ_LINGER")
    }

    /// Messages that wait for, or from, each peer; 0 without bound.
    public mutating func setHighWaterMarks(send: Int32, receive: Int32) throws(ZMQError) {
        try set(ZMQ_SNDHWM, send, "ZMQ_SNDHWM")
        try set(ZMQ_RCVHWM, receive, "ZMQ_RCVHWM")
    }

    /// SUB: wants messages that begin so. XPUB in manual mode: gives them to the peer whose request was received last.
    public mutating func subscribe(_ prefix: [UInt8]) throws(ZMQError) {
        try set(ZMQ_SUBSCRIBE, prefix, "ZMQ_SUBSCRIBE")
    }

    public mutating func unsubscribe(_ prefix: [UInt8]) throws(ZMQError) {
        try set(ZMQ_UNSUBSCRIBE, prefix, "ZMQ_UNSUBSCRIBE")
    }

    /// XPUB: a request (0x01 prefix, or 0x00 prefix to end it) is received and has no effect until `subscribe`.
    public mutating func setManualSubscriptions() throws(ZMQError) {
        try set(ZMQ_XPUB_MANUAL, 1, "ZMQ_XPUB_MANUAL")
    }

    /// XPUB and PUB: `send` answers false where a peer's queue is full, rather than drop that peer's copy.
    public mutating func setNoDrop(_ on: Bool) throws(ZMQError) {
        try set(ZMQ_XPUB_NODROP, on ? 1 : 0, "ZMQ_XPUB_NODROP")
    }

    /// ROUTER: sending to a peer that it does not know throws `isUnreachable`, rather than drop it.
    public mutating func setRouterMandatory(_ on: Bool) throws(ZMQError) {
        try set(ZMQ_ROUTER_MANDATORY, on ? 1 : 0, "ZMQ_ROUTER_MANDATORY")
    }

    /// Only connections that stand take messages: without it they wait for a peer that may never come.
    public mutating func setImmediate(_ on: Bool) throws(ZMQError) {
        try set(ZMQ_IMMEDIATE, on ? 1 : 0, "ZMQ_IMMEDIATE")
    }

    /// Milliseconds before it connects again; doubled up to `maximum` at each failure where that is not 0.
    public mutating func setReconnect(_ interval: Int32, maximum: Int32) throws(ZMQError) {
        try set(ZMQ_RECONNECT_IVL, interval, "ZMQ_RECONNECT_IVL")
        try set(ZMQ_RECONNECT_IVL_MAX, maximum, "ZMQ_RECONNECT_IVL_MAX")
    }

    /// A ping each `interval` milliseconds; a peer silent for `timeout` is cut off, and the peer cuts us off likewise.
    public mutating func setHeartbeat(interval: Int32, timeout: Int32) throws(ZMQError) {
        try set(ZMQ_HEARTBEAT_IVL, interval, "ZMQ_HEARTBEAT_IVL")
        try set(ZMQ_HEARTBEAT_TIMEOUT, timeout, "ZMQ_HEARTBEAT_TIMEOUT")
        try set(ZMQ_HEARTBEAT_TTL, timeout, "ZMQ_HEARTBEAT_TTL")
    }

    /// TCP: the kernel finds out that a peer is gone without a word, and no thread of ours wakes for it. All in seconds but
    /// the count: silent for `idle`, then `count` probes, `interval` apart.
    public mutating func setKeepAlive(idle: Int32, interval: Int32, count: Int32) throws(ZMQError) {
        try set(ZMQ_TCP_KEEPALIVE, 1, "TCP_KEEPALIVE")
        try set(ZMQ_TCP_KEEPALIVE_IDLE, idle, "TCP_KEEPALIVE_IDLE")
        try set(ZMQ_TCP_KEEPALIVE_INTVL, interval, "TCP_KEEPALIVE_INTVL")
        try set(ZMQ_TCP_KEEPALIVE_CNT, count, "TCP_KEEPALIVE_CNT")
    }

    /// How long it may take until a peer's machine answers, in milliseconds; libzmq leaves it to the kernel, which asks ever
    /// more seldom, for two minutes.
    public mutating func setConnectLimit(_ milliseconds: Int32) throws(ZMQError) {
        try set(ZMQ_CONNECT_TIMEOUT, milliseconds, "ZMQ_CONNECT_TIMEOUT")
    }

    /// How long a new connection may take to introduce itself, in milliseconds; libzmq's default is 30 s.
    public mutating func setHandshakeLimit(_ milliseconds: Int32) throws(ZMQError) {
        try set(ZMQ_HANDSHAKE_IVL, milliseconds, "ZMQ_HANDSHAKE_IVL")
    }

    /// Addresses of both families: `tcp://*:1` then listens on both.
    public mutating func setIPv6(_ on: Bool) throws(ZMQError) {
        try set(ZMQ_IPV6, on ? 1 : 0, "ZMQ_IPV6")
    }

    /// DEALER and REQ: the identity that a ROUTER sees, 1 to 255 bytes, not beginning with 0.
    public mutating func setIdentity(_ identity: [UInt8]) throws(ZMQError) {
        try set(ZMQ_ROUTING_ID, identity, "ZMQ_ROUTING_ID")
    }

    func set(_ option: Int32, _ value: Int32, _ name: String) throws(ZMQError) {
        unsafe try setOption(handle, option, value, name)
    }

    func set(_ option: Int32, _ value: [UInt8], _ name: String) throws(ZMQError) {
        let result = unsafe value.withUnsafeBytes {
            unsafe zmq_setsockopt(handle, option, $0.baseAddress, $0.count)
        }
        guard result == 0 else { throw .last("set \(name)") }
    }
}

/// Free of `Socket`, so that its init can use it before the fields are set.
@unsafe func setOption<Value: FixedWidthInteger & BitwiseCopyable>(
    _ handle: UnsafeMutableRawPointer, _ option: Int32, _ value: Value, _ name: String
) throws(ZMQError) {
    var value = value
    guard unsafe zmq_setsockopt(handle, option, &value, MemoryLayout<Value>.size) == 0 else {
        throw .last("set \(name) to \(value)")
    }
}

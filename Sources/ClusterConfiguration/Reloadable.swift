/// What a running daemon can take anew from a file that was read again: everything but a few keys.
public protocol Reloadable {
    static var name: String { get }
    /// Keys that hold from the start to the end of a run: they name what is open or bound by then.
    static var fixedKeys: [FixedKey<Self>] { get }
}

extension Reloadable {
    /// Becomes what the file says now, but for the fixed keys. Returns those that differ there: `[monitor] pidfile`.
    public mutating func adopt(_ new: Self) -> [String] {
        var taken = new
        var differing: [String] = []
        for key in Self.fixedKeys where !key.isSame(self, new) {
            differing.append("[\(Self.name)] \(key.name)")
            key.copy(self, &taken)
        }
        self = taken
        return differing
    }
}

/// A key that takes effect with a start only.
public struct FixedKey<Section> {
    let name: String
    let isSame: (Section, Section) -> Bool
    let copy: (Section, inout Section) -> Void

    init<Value: Equatable>(_ name: String, _ path: WritableKeyPath<Section, Value>) {
        self.name = name
        isSame = { $0[keyPath: path] == $1[keyPath: path] }
        copy = { $1[keyPath: path] = $0[keyPath: path] }
    }
}

extension GeneralSection: Reloadable {
    public static var fixedKeys: [FixedKey<Self>] {
        [
            FixedKey("hostname", \.hostname), FixedKey("statedir", \.stateFolder),
            FixedKey("fail2banclient", \.client), FixedKey("fail2bansocket", \.socket),
            FixedKey("keyfile", \.keyFile), FixedKey("serverkey", \.serverKeys),
            FixedKey("clusterkey", \.clusterKey),
        ]
    }
}

extension MonitorSection {
    public static var fixedKeys: [FixedKey<Self>] {
        [
            FixedKey("pidfile", \.pidfile), FixedKey("zmqreplyserver or serverkey", \.hubs),
            FixedKey("keyfile", \.keyFile), FixedKey("fail2banlogpath", \.log),
        ]
    }
}

extension PublisherSection {
    public static var fixedKeys: [FixedKey<Self>] {
        [
            FixedKey("pidfile", \.pidfile), FixedKey("broadcasterbindurl", \.broadcastEndpoint),
            FixedKey("replybindurl", \.replyEndpoint), FixedKey("database", \.database),
            FixedKey("keyfile", \.keyFile), FixedKey("authorizedkeys", \.authorizedKeys),
        ]
    }
}

extension SubscriberSection {
    public static var fixedKeys: [FixedKey<Self>] {
        [
            FixedKey("pidfile", \.pidfile), FixedKey("zmqpublisherurl, zmqreplyserver or serverkey", \.hubs),
            FixedKey("keyfile", \.keyFile),
            FixedKey("subscriberaction", \.action), FixedKey("targetjail", \.targetJail),
            FixedKey("logfile", \.logFile),
        ]
    }
}

internal import ZeroMQ

/// Where a socket is bound, and when everybody who came in there is cut off: libzmq cannot end one connection alone. Whoever
/// may come back does so by itself, and asks for what it missed. All times are monotonic microseconds.
struct BoundEndpoint {
    /// Between two times that everybody is cut off without need.
    private static let pause: Int64 = 10_000_000
    /// Until the endpoint is tried again that libzmq's thread still closes.
    private static let bindPause: Int64 = 5_000

    /// With the port that the system chose.
    let text: String
    private(set) var cutDue: Int64?
    private var lastCut: Int64?
    private var isUnbound = false

    init(_ text: String) { self.text = text }

    /// A path cannot be bound again: libzmq's thread would remove the new one for the old one. Who can reach it is on
    /// this machine.
    var canCut: Bool { text.hasPrefix("tcp://") }

    /// Everybody is to be cut off, but not time and again.
    mutating func wantCut() {
        if cutDue == nil, canCut { cutDue = lastCut.map { $0 + Self.pause } ?? 0 }
    }

    /// Everybody is to be cut off now: somebody may not be here any more.
    mutating func needCut() { if canCut { cutDue = 0 } }

    /// Once it is time. Returns whether everybody has just been cut off.
    mutating func cut(_ socket: inout Socket, at now: Int64) throws(ZMQError) -> Bool {
        guard let due = cutDue, due <= now else { return false }
        let isFirst = !isUnbound
        if isFirst {
            try socket.unbind(text)
            (isUnbound, lastCut) = (true, now)
        }
        do throws(ZMQError) {
            try socket.bind(text)
            (isUnbound, cutDue) = (false, nil)
        } catch {
            guard error.isAddressInUse else { throw error }
            cutDue = now + Self.bindPause
        }
        return isFirst
    }
}

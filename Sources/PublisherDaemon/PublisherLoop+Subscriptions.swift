internal import DaemonKit
internal import LinuxSystem
internal import Logging
internal import ZeroMQ

/// Who hears which broadcasts.
extension PublisherLoop {
    /// Every first character that a broadcast of the old form can have.
    private static let printable: ClosedRange<UInt8> = 0x20...0x7E
    /// So many requests in a row are one turn: a peer that goes on and on holds up nobody.
    private static let turn = 1_000
    /// Between two times that all subscribers are cut off, in microseconds: they miss nothing by it, but have to ask.
    private static let cutPause: Int64 = 10_000_000
    /// Until the endpoint is tried again that libzmq's thread still closes, in microseconds.
    private static let bindPause: Int64 = 5_000

    /// Old peers ask for everything, and die of a new message: they are given what begins with a printable character.
    ///
    /// libzmq gives what is subscribed to the peer whose request it believes to have handed out last. Any other message
    /// makes it take the next peer for that one until all that waits is read: whatever was asked for in between is given
    /// to nobody, and everybody is cut off and asks again.
    mutating func subscribe() throws(ZMQError) {
        for _ in 0..<Self.turn {
            guard let frames = try broadcasts.receive() else {
                isOutOfStep = false
                return
            }
            guard frames.count == 1, let wish = frames[0].first, wish <= 1 else {
                complaints.say("subscriptions", "a message was dropped: not a subscription")
                isOutOfStep = true
                continue
            }
            guard !isOutOfStep else {
                if wish == 1, cutDue == nil, canCut { cutDue = lastCut.map { $0 + Self.cutPause } ?? 0 }
                continue
            }
            let prefix = Array(frames[0].dropFirst())
            let prefixes = prefix.isEmpty ? Self.printable.map { [$0] } : [prefix]
            for prefix in prefixes {
                if wish == 1 { try broadcasts.subscribe(prefix) } else { try broadcasts.unsubscribe(prefix) }
            }
            logger.debug(
                wish == 1 ? "subscribed" : "unsubscribed",
                metadata: ["prefix": "\(String(decoding: prefix, as: UTF8.self))"])
        }
    }

    /// A path cannot be bound again: libzmq's thread would remove the new one for the old one. Who can reach it is on
    /// this machine.
    private var canCut: Bool { broadcastEndpoint.hasPrefix("tcp://") }

    /// Cuts off every subscriber, once it is time: each connects again by itself, and asks for what it missed.
    mutating func cut(at now: Int64) throws(ZMQError) {
        guard let due = cutDue, due <= now else { return }
        if !isUnbound {
            complaints.say("cut", "all subscribers are cut off, so that each is given what it asks for")
            try broadcasts.unbind(broadcastEndpoint)
            (isUnbound, lastCut) = (true, now)
        }
        do throws(ZMQError) {
            try broadcasts.bind(broadcastEndpoint)
            (isUnbound, cutDue) = (false, nil)
        } catch {
            guard error.isAddressInUse else { throw error }
            cutDue = now + Self.bindPause
        }
    }
}

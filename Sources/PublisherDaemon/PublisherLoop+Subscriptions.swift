internal import BanModel
internal import ClusterIdentity
internal import ClusterProtocol
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
                if wish == 1 { broadcastEndpoint.wantCut() }
                continue
            }
            let prefix = Array(frames[0].dropFirst())
            // What he may not hear, he is not given, whatever he asks for.
            if wish == 1, admission != nil {
                let sender = admission!.sender(userID: broadcasts.userID, at: wall())
                let audience = Audience(mark: prefix.first) ?? .copies
                guard let client = sender?.client, client.mayHear(audience, of: clusterKey?.cluster) else { continue }
                hurryFriend(client.host)
            }
            let prefixes = prefix.isEmpty ? Self.printable.map { [$0] } : [prefix]
            for prefix in prefixes {
                if wish == 1 { try broadcasts.subscribe(prefix) } else { try broadcasts.unsubscribe(prefix) }
            }
            logger.debug(
                wish == 1 ? "subscribed" : "unsubscribed",
                metadata: ["prefix": "\(String(decoding: prefix, as: UTF8.self))"])
        }
    }

    /// Cuts off who is to be: each connects again by itself, and asks for what it missed.
    mutating func cut(at now: Int64) throws(ZMQError) {
        if try broadcastEndpoint.cut(&broadcasts, at: now) {
            complaints.say("cut", "all listeners are cut off: each comes back by itself, and misses nothing")
        }
        if try replyEndpoint.cut(&replies, at: now) {
            complaints.say("cut off", "all who ask are cut off: each comes back by itself")
        }
    }
}

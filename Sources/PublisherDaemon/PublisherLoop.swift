internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import ClusterProtocol
internal import DaemonKit
internal import LinuxSystem
internal import Logging
internal import ZeroMQ

/// The publisher's one thread: both sockets are its own.
struct PublisherLoop: ~Copyable {
    /// For each subscriber that does not keep up, messages of about 100 bytes.
    private static let backlog: Int32 = 100_000
    /// So many requests in a row before broadcasts of other peers' requests, and a stop, get their turn.
    private static let turn = 1_000
    /// Every first character that a broadcast of the old form can have.
    private static let printable: ClosedRange<UInt8> = 0x20...0x7E

    private var hub: Hub
    private var replies: Socket
    private var broadcasts: Socket
    private var complaints: Complaints
    private let logger: Logger

    init(section: PublisherSection, general: GeneralSection, logger: Logger, context: Context) throws(ZMQError) {
        hub = Hub(tokens: Self.tokens(section), ignored: Self.exemptions(general, logger))
        self.logger = logger
        complaints = Complaints(to: logger)
        var replies = try Socket(.router, in: context, maximumMessageSize: OldForm.longest)
        try replies.setHandshakeLimit(3_000)
        try replies.bind("\(section.replyEndpoint)")
        var broadcasts = try Socket(.xpub, in: context, maximumMessageSize: OldForm.longest)
        try broadcasts.setManualSubscriptions()
        try broadcasts.setHandshakeLimit(3_000)
        try broadcasts.setHighWaterMarks(send: Self.backlog, receive: 1_000)
        try broadcasts.setKeepAlive(idle: 60, interval: 15, count: 4)
        try broadcasts.bind("\(section.broadcastEndpoint)")
        let (replyEndpoint, broadcastEndpoint) = (try replies.lastEndpoint, try broadcasts.lastEndpoint)
        logger.notice("ready", metadata: ["replies": "\(replyEndpoint)", "broadcasts": "\(broadcastEndpoint)"])
        self.replies = replies
        self.broadcasts = broadcasts
    }

    /// nil: nobody needs one.
    private static func tokens(_ section: PublisherSection) -> Set<String>? {
        section.tokens.isEmpty ? nil : Set(section.tokens.map(\.secret))
    }

    private static func exemptions(_ general: GeneralSection, _ logger: Logger) -> [Address] {
        Exemptions.addresses(ignored: general.ignored, hubs: [], logger: logger)
    }

    mutating func run(under supervision: inout Supervision<PublisherSection>) throws(ZMQError) {
        var ready = PollSet()
        let requests = ready.add(replies, for: .reading)
        let subscriptions = ready.add(broadcasts, for: .reading)
        ready.add(fileDescriptor: supervision.fileDescriptor)
        supervision.ready()
        while true {
            try ready.wait(timeout: supervision.pause(atMost: nil))
            switch supervision.attend() {
            case .end: return
            case .take(let section, let general):
                hub.reconfigure(tokens: Self.tokens(section), ignored: Self.exemptions(general, logger))
                supervision.ready()
            case nil: break
            }
            if ready.isReady(subscriptions) { try subscribe() }
            if ready.isReady(requests) { try serve() }
        }
    }

    // MARK: Requests

    private mutating func serve() throws(ZMQError) {
        for _ in 0..<Self.turn {
            guard let frames = try replies.receive() else { return }
            // A REQ or DEALER peer: its identity, an empty frame, and one body.
            guard frames.count == 3, frames[1].isEmpty else {
                complaints.say("frames", "a message was dropped: not one frame behind an empty one")
                continue
            }
            let reply = answer(frames[2])
            _ = try replies.send([frames[0], [], reply.bytes])
            if let broadcast = reply.broadcast { _ = try broadcasts.send(broadcast) }
        }
    }

    private mutating func answer(_ request: [UInt8]) -> (bytes: [UInt8], broadcast: [UInt8]?) {
        let token: String?
        let announcement: Announcement
        do {
            (token, announcement) = try OldForm.readRequest(request)
        } catch {
            complaints.say("message", "a request was refused", ["reason": "\(error)"])
            return (OldForm.refusal, nil)
        }
        switch hub.take(announcement, token: token) {
        case .accepted:
            logger.debug("broadcast", metadata: ["message": "\(announcement)"])
            let message = OldForm.message(announcement)
            return (message, message)
        case .refused(.token):
            complaints.say(
                "token", "a request was refused: its token is not one of authtoken's", ["host": "\(announcement.host)"])
        case .refused(.neverBanned(let address, let reason)):
            complaints.say(
                "address", "a request was refused: the address may not be banned",
                ["host": "\(announcement.host)", "address": "\(address)", "reason": "\(reason)"])
        }
        return (OldForm.refusal, nil)
    }

    // MARK: Subscriptions

    /// Old peers ask for everything, and die of a new message: they are given what begins with a printable character.
    private mutating func subscribe() throws(ZMQError) {
        while let frames = try broadcasts.receive() {
            guard frames.count == 1, let wish = frames[0].first else { continue }
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
}

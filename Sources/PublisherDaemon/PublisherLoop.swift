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
        hub = Hub(settings: Self.settings(section, general, logger), epoch: .random(in: 1 ... .max))
        self.logger = logger
        complaints = Complaints(to: logger)
        var replies = try Socket(.router, in: context, maximumMessageSize: ReportsRequest.longest)
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

    private static func settings(
        _ section: PublisherSection, _ general: GeneralSection, _ logger: Logger
    ) -> Hub.Settings {
        Hub.Settings(
            tokens: section.tokens.isEmpty ? nil : Set(section.tokens.map(\.secret)),
            ignored: Exemptions.addresses(ignored: general.ignored, hubs: [], logger: logger),
            bantime: section.bantime.duration, maximumBantime: section.maximumBantime)
    }

    mutating func run(under supervision: inout Supervision<PublisherSection>) throws(ZMQError) {
        var ready = PollSet()
        let requests = ready.add(replies, for: .reading)
        let subscriptions = ready.add(broadcasts, for: .reading)
        ready.add(fileDescriptor: supervision.fileDescriptor)
        supervision.ready()
        while true {
            let wanted = hub.nextDeadline.map { max($0 - wall(), .zero) }
            try ready.wait(timeout: supervision.pause(atMost: wanted))
            switch supervision.attend() {
            case .end: return
            case .take(let section, let general):
                try broadcast(hub.reconfigure(Self.settings(section, general, logger), at: wall()))
                supervision.ready()
            case nil: break
            }
            if ready.isReady(subscriptions) { try subscribe() }
            if ready.isReady(requests) { try serve() }
            try broadcast(hub.advance(to: wall()))
        }
    }

    private func wall() -> Timestamp { Timestamp(microseconds: SystemClock.wall()) }

    private mutating func broadcast(_ announcements: [Announcement]) throws(ZMQError) {
        for announcement in announcements {
            logger.debug("broadcast", metadata: ["message": "\(announcement)"])
            _ = try broadcasts.send(OldForm.message(announcement))
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
            let (reply, announcements) = answer(frames[2])
            try broadcast(announcements)
            _ = try replies.send([frames[0], [], reply])
        }
    }

    private mutating func answer(_ request: [UInt8]) -> (reply: [UInt8], broadcasts: [Announcement]) {
        let question: HubQuestion
        do throws(HubQuestion.Fault) {
            question = try HubQuestion(request)
        } catch {
            complaints.say("message", "a request was refused", ["reason": "\(error.reason)"])
            return (error.reply, [])
        }
        switch question {
        case .announcement(let announcement, let token):
            let outcome = hub.take(announcement, token: token, at: wall())
            if let refusal = outcome.refusal {
                refused(refusal, host: announcement.host)
                return (OldForm.refusal, [])
            }
            return (OldForm.message(announcement), outcome.broadcasts)
        case .hello(let hello):
            let greeting = hub.greet(
                hello.host, hello.instance, token: hello.token, longestRequest: ReportsRequest.longest,
                reportsPerRequest: ReportsRequest.mostReports, at: wall())
            switch greeting {
            case .success(let greeting):
                logger.debug("hello", metadata: ["host": "\(hello.host)"])
                return (greeting.bytes, [])
            case .failure(let refusal):
                refused(refusal, host: hello.host)
                return (refusal.bytes, [])
            }
        case .reports(let request):
            let outcome = hub.take(
                request.reports, from: request.host, request.instance, token: request.token, at: wall())
            if let refusal = outcome.refusal {
                refused(refusal, host: request.host)
                return (refusal.bytes, [])
            }
            for refusal in outcome.except.values { refused(refusal, host: request.host) }
            return (ReportsReply.taken(epoch: hub.epoch, except: outcome.except).bytes, outcome.broadcasts)
        }
    }

    private mutating func refused(_ refusal: HubRefusal, host: Host) {
        complaints.say(
            "refused \(refusal.verdict)", "a request was refused",
            ["host": "\(host)", "reason": "\(refusal.reason)"])
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

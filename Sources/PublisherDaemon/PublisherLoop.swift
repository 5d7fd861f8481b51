internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import ClusterIdentity
internal import ClusterProtocol
internal import DaemonKit
internal import HubClient
internal import LinuxSystem
internal import Logging
internal import ReportStore
internal import ZeroMQ

/// The publisher's one thread: both sockets are its own; beside it the store's thread writes what it is given.
struct PublisherLoop: ~Copyable {
    /// For each subscriber that does not keep up: a storm of the old form's short lines, and of ours, of 500 reports at
    /// most, no more than memory can bear.
    private static let backlog: Int32 = 10_000
    /// Answers, of 4 MiB at most, that a peer may leave unread; what is dropped beyond, it can ask for again.
    private static let unread: Int32 = 16
    /// Requests of a peer that wait to be read, of 256 KiB at most.
    private static let unheard: Int32 = 100
    /// So many requests in a row, or bytes of them, are one turn: what they bring is broadcast and given to the disk
    /// together.
    private static let turn = 1_000
    private static let turnBytes = 1 << 20
    /// So long, in microseconds, and what was brought by then waits for nothing else that comes.
    private static let turnTime: Int64 = 1_000
    /// More may not wait for the disk: who asks then is refused at once.
    private static let mostWaiting = 100_000

    var hub: Hub
    /// nil: everybody may come in.
    var admission: Admission?
    var replies: Socket
    var replyEndpoint: BoundEndpoint
    var broadcasts: Socket
    var broadcastEndpoint: BoundEndpoint
    /// Whether libzmq may take another peer for the one that asked last.
    var isOutOfStep = false
    /// nil: there are no friends.
    let clusterKey: ClusterKey?
    var friends: [FriendSide] = []
    var check = SignatureCheck()
    /// Of the authorised keys.
    var register: KeyRegister
    let context: Context
    let store: ReportStore
    private(set) var queue = ReplyQueue<Reply>()
    private var questions = QuestionQueue<[UInt8], LongQuestion>()
    /// By the key, or, in the clear, by the connection.
    private var limit: RateLimit<[UInt8]>
    private var rest = FloodRest()
    private var beacons: BeaconSchedule
    var complaints: Complaints
    let logger: Logger

    init(
        section: PublisherSection, general: GeneralSection, admission: consuming Admission?, clusterKey: ClusterKey?,
        logger: Logger, context: Context, store: ReportStore
    ) throws {
        var hub = Hub(
            settings: Self.settings(section, general, clusterKey, logger), epoch: .random(in: 1 ... .max))
        try store.load { hub.restore($0) }
        let register = try Self.keptRegister(in: store, admission?.folderIsNew ?? false, logger)
        var replies = try Socket(.router, in: context, maximumMessageSize: ReportsRequest.longest)
        try replies.setHandshakeLimit(3_000)
        try replies.setHighWaterMarks(send: Self.unread, receive: Self.unheard)
        try replies.setRouterMandatory(true)
        let secret = admission?.secret
        if let secret { try replies.serveCurve(secret: secret.bytes, domain: Admission.replies) }
        try replies.bind("\(section.replyEndpoint)")
        var broadcasts = try Socket(.xpub, in: context, maximumMessageSize: OldForm.longest)
        try broadcasts.setManualSubscriptions()
        try broadcasts.setHandshakeLimit(3_000)
        try broadcasts.setHighWaterMarks(send: Self.backlog, receive: 1_000)
        try broadcasts.setKeepAlive(idle: 60, interval: 15, count: 4)
        if let secret { try broadcasts.serveCurve(secret: secret.bytes, domain: Admission.broadcasts) }
        try broadcasts.bind("\(section.broadcastEndpoint)")
        let (replyEndpoint, broadcastEndpoint) = (try replies.lastEndpoint, try broadcasts.lastEndpoint)
        logger.notice(
            "ready",
            metadata: [
                "replies": "\(replyEndpoint)", "broadcasts": "\(broadcastEndpoint)", "reports": "\(hub.count)",
            ])
        self.hub = hub
        self.register = register
        self.clusterKey = clusterKey
        self.context = context
        self.logger = logger
        self.store = store
        complaints = Complaints(to: logger)
        limit = RateLimit(rate: section.rateLimit)
        beacons = BeaconSchedule(at: SystemClock.monotonic())
        self.admission = admission
        self.replies = replies
        self.replyEndpoint = BoundEndpoint(replyEndpoint)
        self.broadcasts = broadcasts
        self.broadcastEndpoint = BoundEndpoint(broadcastEndpoint)
    }

    private static func settings(
        _ section: PublisherSection, _ general: GeneralSection, _ clusterKey: ClusterKey?, _ logger: Logger
    ) -> Hub.Settings {
        let friends = clusterKey == nil ? [] : section.friends
        return Hub.Settings(
            // A key says more than a token.
            tokens: section.tokens.isEmpty || section.keyFile != nil ? nil : Set(section.tokens.map(\.secret)),
            ignored: Exemptions.addresses(
                ignored: general.ignored, hubs: friends.flatMap { [$0.broadcastEndpoint, $0.replyEndpoint] },
                logger: logger),
            bantime: section.bantime.duration, maximumBantime: section.maximumBantime,
            mostOfOrigin: section.mostBans, threshold: section.threshold.trust, cluster: clusterKey?.cluster,
            levels: Dictionary(
                friends.map { (Cluster(key: $0.clusterKey), $0.level.trust) }, uniquingKeysWith: { min($0, $1) }))
    }

    mutating func run(under supervision: inout Supervision<PublisherSection>) throws {
        supervision.ready()
        try tell(hub.start(at: wall()))
        try noteKeys()
        var (ready, requests, subscriptions, stored) = whatIsWaitedFor(supervision.fileDescriptor)
        var isAnew = false
        while true {
            // Friends' sockets come and go.
            if isAnew || !friends.isEmpty {
                (ready, requests, subscriptions, stored) = whatIsWaitedFor(supervision.fileDescriptor)
                isAnew = false
            }
            // Both by one look at the clock: who is not listened to until a moment is not to be waited for beyond it.
            let resting = rest.rest(at: SystemClock.monotonic())
            ready.mute(requests, resting != nil)
            try ready.wait(timeout: supervision.pause(atMost: pause(resting)))
            switch supervision.attend() {
            case .end: return
            case .take(let section, let general):
                let levels = hub.levels
                try tell(hub.reconfigure(Self.settings(section, general, clusterKey, logger), at: wall()))
                try befriend(section.friends)
                isAnew = true
                if levels != hub.levels { try broadcast([]) }
                limit.reconfigure(rate: section.rateLimit)
                if admission?.renew() == true { revoke() }
                try noteKeys()
                supervision.ready()
            case nil: break
            }
            try admit()
            if ready.isReady(subscriptions) { try subscribe() }
            try cut(at: SystemClock.monotonic())
            if ready.isReady(requests) { try serve() }
            try answerNext()
            if ready.isReady(stored) { try hearStore() }
            try talkToFriends()
            try tell(hub.advance(to: wall()))
            if beacons.takeDue(at: SystemClock.monotonic()) { try broadcast([]) }
        }
    }

    /// With the places of what is asked for by name.
    private mutating func whatIsWaitedFor(_ supervision: Int32) -> (
        PollSet, requests: Int, subscriptions: Int, stored: Int
    ) {
        var ready = PollSet()
        let requests = ready.add(replies, for: .reading)
        let subscriptions = ready.add(broadcasts, for: .reading)
        let stored = ready.add(fileDescriptor: store.outcomes.fileDescriptor)
        ready.add(fileDescriptor: supervision)
        admission?.register(in: &ready)
        for friend in friends { friend.feed.register(in: &ready) }
        return (ready, requests, subscriptions, stored)
    }

    /// Until the next thing that has to be done unasked.
    ///
    /// - Parameter resting: how long requests are not read; nil: they are.
    private func pause(_ resting: Duration?) -> Duration {
        guard questions.isEmpty else { return .zero }
        let next = min(
            beacons.next, broadcastEndpoint.cutDue ?? .max, replyEndpoint.cutDue ?? .max, friendsDeadline ?? .max)
        let now = SystemClock.monotonic()
        let waits = [.microseconds(next - now), resting, hub.nextDeadline.map { $0 - wall() }]
        return max(waits.compactMap { $0 }.min() ?? .zero, .zero)
    }

    func wall() -> Timestamp { Timestamp(microseconds: SystemClock.wall()) }

    // MARK: What goes out

    /// Broadcasts what is news, and gives it to the disk.
    mutating func tell(_ outcome: Hub.Outcome) throws(ZMQError) {
        for announcement in outcome.broadcasts {
            logger.debug("broadcast", metadata: ["message": "\(announcement)"])
            _ = try broadcasts.send(OldForm.message(announcement))
        }
        if !outcome.news.isEmpty {
            try broadcast(outcome.news)
            beacons.broadcast(at: SystemClock.monotonic())
        }
        let changes = outcome.news.map { StoreChange.put($0) } + outcome.forgotten.map { StoreChange.forget($0) }
        if !changes.isEmpty { store.write(changes, ticket: queue.next()) }
    }

    /// - Parameter news: the hub's latest; none: a beacon.
    mutating func broadcast(_ news: [Report]) throws(ZMQError) {
        var sequence = hub.sequence - UInt64(news.count)
        var rest = news[...]
        repeat {
            let part = rest.prefix(Broadcast.mostReports)
            rest = rest.dropFirst(part.count)
            sequence += UInt64(part.count)
            let broadcast = Broadcast(
                epoch: hub.epoch, sequence: sequence, reports: hub.copied(part),
                levels: part.isEmpty ? hub.levels : [:])
            _ = try broadcasts.send(broadcast.bytes)
        } while !rest.isEmpty
        try share(news)
    }

    // MARK: Who comes in

    private mutating func admit() throws {
        guard admission != nil else { return }
        for (client, address) in try admission!.serve(at: wall(), &complaints) {
            if let address = try? Address(address) { hub.admitted(client, from: address) }
        }
        let revokes = try admission!.renewIfChanged()
        if let revokes {
            if revokes { revoke() }
            try noteKeys()
        }
    }

    /// Somebody may not be here any more: his messages are dropped from now on, and his connections end with all others.
    mutating func revoke() {
        replyEndpoint.needCut()
        broadcastEndpoint.needCut()
        for endpoint in [replyEndpoint, broadcastEndpoint] where !endpoint.canCut {
            logger.error(
                "a key was taken away, and connections over a path cannot be ended: restart fail2ban-publisher",
                metadata: ["endpoint": "\(endpoint.text)"])
        }
    }

    // MARK: Requests

    private mutating func serve() throws(ZMQError) {
        var turn = Hub.Outcome()
        var vouching: [Reply] = []
        var bytes = 0
        let begin = SystemClock.monotonic()
        rest.beginTurn()
        for _ in 0..<Self.turn where bytes < Self.turnBytes {
            let now = SystemClock.monotonic()
            if now - begin > Self.turnTime, !vouching.isEmpty { break }
            guard let frames = try replies.receive() else { break }
            // A REQ or DEALER peer: its identity, an empty frame, and one body.
            guard frames.count == 3, frames[1].isEmpty else {
                complaints.say("frames", "a message was dropped: not one frame behind an empty one")
                continue
            }
            bytes += frames[2].count
            let sender = admission?.sender(userID: replies.userID, at: wall())
            if admission != nil, sender == nil {
                complaints.say("revoked", "a message was dropped: the key of its sender is not authorised any more")
                continue
            }
            let client = sender?.key.bytes ?? frames[0]
            guard limit.mayAsk(client, at: now) else {
                complaints.say(
                    "rate", "a request was refused: its sender asks for more than ratelimit allows",
                    sender.map { ["host": "\($0.client.host)"] } ?? [:])
                try send(HubQuestion.refusal(toRequest: frames[2], Self.tooFast, epoch: hub.epoch), to: frames[0])
                if rest.refused(at: now) { break }
                continue
            }
            limit.charge(client, 1, at: now)
            switch answer(frames[2], from: sender, adding: &turn) {
            case .now(let bytes): try send(bytes, to: frames[0])
            case .later(let question):
                guard !questions.add(question, of: frames[0]) else { continue }
                complaints.say("questions", "a question was refused: too many wait")
                try send(HubRefusal(.later, "too many questions wait").bytes, to: frames[0])
            case .onceStored(let bytes, let isOldForm, let count):
                // What one of them costs is charged already.
                limit.charge(client, max(0, count - 1), at: now)
                vouching.append(Reply(peer: frames[0], bytes: bytes, isOldForm: isOldForm))
            }
        }
        try tell(turn)
        for reply in vouching { try vouch(reply) }
    }

    /// One a turn: each may cost as much as thousands of reports, which do not wait for it.
    private mutating func answerNext() throws(ZMQError) {
        guard let (peer, question) = questions.next() else { return }
        let bytes = answer(question)
        // A monitor takes what the hub says that it holds for an ACK.
        if case .held = question {
            try vouch(Reply(peer: peer, bytes: bytes, isOldForm: false))
        } else {
            try send(bytes, to: peer)
        }
    }

    private mutating func vouch(_ reply: Reply) throws(ZMQError) {
        if let trouble = queue.trouble, !reply.isOldForm {
            try send(Self.refusal(trouble), to: reply.peer)
        } else if queue.count >= Self.mostWaiting {
            try send(reply.isOldForm ? OldForm.refusal : Self.refusal("too much waits for the disk"), to: reply.peer)
        } else if let reply = queue.add(reply) {
            try send(reply.bytes, to: reply.peer)
        }
    }

    private mutating func send(_ bytes: [UInt8], to peer: [UInt8]) throws(ZMQError) {
        guard try !replies.answer([peer, [], bytes]) else { return }
        complaints.say("unread", "an answer was dropped: its peer does not read the ones before")
    }

    private static let tooFast = HubRefusal(.later, "faster than the hub's ratelimit allows")

    private static func refusal(_ trouble: String) -> [UInt8] {
        HubRefusal(.later, "the hub cannot store it: \(trouble)").bytes
    }

    // MARK: The disk

    private mutating func hearStore() throws(ZMQError) {
        for outcome in store.outcomes.drain() {
            switch outcome {
            case .stored(let ticket):
                if queue.trouble != nil { logger.notice("the database takes reports again") }
                for reply in queue.stored(upTo: ticket) { try send(reply.bytes, to: reply.peer) }
            case .failed(let error, _):
                complaints.say(
                    "store", "reports cannot be stored: they are broadcast, and not acknowledged until they are",
                    ["error": "\(error)"])
                for reply in queue.failed("\(error.reason)", where: { !$0.isOldForm }) {
                    try send(Self.refusal("\(error.reason)"), to: reply.peer)
                }
            case .postponed(let error):
                complaints.say(
                    "fold", "the database cannot be put in order; all reports are on disk", ["error": "\(error)"])
            case .startedOver(let restart):
                logger.error("the database was begun anew: \(restart)")
                store.write(hub.reports.map { .put($0) }, ticket: queue.next())
                for twin in hub.twins { keep(hub.levels(of: twin), of: twin) }
                keepRegister()
            }
        }
    }
}

internal import BanModel

@testable internal import ClusterCore
@testable internal import ClusterProtocol

/// A conversation with a hub, messages parted by zeros, and a subscriber that hears it: what a peer may say, whatever its
/// numbers are, no machine traps on, and what a hub says, its peers can read.
enum HubTarget: FuzzTarget {
    static let name = "hub"
    private static let host = Host("web2")!
    private static let own = Cluster(String(repeating: "a", count: 32))!
    private static let friend = Cluster("kzdvvj2umnduyauf35o36k6kw462mujv")!

    static func run(_ bytes: [UInt8]) {
        var conversation = fresh
        for message in bytes.split(separator: 0) { conversation.hear(Array(message)) }
        conversation.end()
    }

    /// Made once: what a hub begins with takes longer than most messages.
    private static let fresh = Conversation()

    private struct Conversation: Sendable {
        private var now = Timestamp.seconds(1_800_000_000)
        private var hub: Hub
        private var subscriber: Subscriber

        init() {
            hub = Hub(
                settings: Hub.Settings(
                    tokens: nil, ignored: [], bantime: .seconds(600), maximumBantime: .seconds(30 * 86_400),
                    cluster: HubTarget.own, levels: [HubTarget.friend: .usualThreshold]), epoch: 7)
            subscriber = Subscriber(
                settings: Subscriber.Settings(
                    host: HubTarget.host, target: .packetFilter, prefixFilter: "", ignored: [], bantime: .seconds(600)))
            _ = hub.start(at: now)
            _ = subscriber.start(at: now)
        }

        /// Its first byte says how much time has passed before.
        mutating func hear(_ bytes: [UInt8]) {
            let step = Duration.seconds(Int64(1) << Int64(bytes[0] & 0x1F))
            now = bytes[0] & 0x20 == 0 ? now + step : now - step
            tell(hub.advance(to: now))
            _ = subscriber.advance(to: now)
            let message = Array(bytes.dropFirst())
            if let question = try? HubQuestion(message) { ask(question) }
            // What some other hub, that nobody need trust, says to the subscriber.
            if let broadcast = try? Broadcast(reading: message) { hear(broadcast) }
            // And what a friend says, whether it is signed or not.
            if let shared = try? SharedBroadcast(reading: message) { hear(shared) }
            if case .answer(let answer) = SyncReply<Report>(message) {
                _ = subscriber.answered(answer, from: 0, at: now)
            }
            if case .greeting(let greeting) = HelloReply(message) { hear(greeting) }
        }

        private mutating func hear(_ broadcast: Broadcast) {
            _ = subscriber.heard(
                broadcast.reports, levels: broadcast.levels, from: 0, epoch: broadcast.epoch,
                sequence: broadcast.sequence, at: now)
        }

        private mutating func hear(_ shared: SharedBroadcast) {
            let (news, _) = hub.sort(shared.reports, from: HubTarget.friend, at: now)
            let (outcome, _) = hub.take(news, from: HubTarget.friend, at: now)
            for report in hub.shared(outcome.news) {
                require(report.way.hops.last == HubTarget.own, "a report that did not come through us")
                require(report.way.hops.count <= Way.mostHops, "a report from too far")
            }
            tell(outcome)
        }

        private mutating func hear(_ greeting: HubGreeting) {
            _ = subscriber.greeted(greeting, by: 0, asked: now, at: now)
        }

        private mutating func ask(_ question: HubQuestion) {
            switch question {
            case .announcement(let announcement, let token): tell(hub.take(announcement, token: token, at: now))
            case .hello(let hello):
                let greeting = hub.greet(
                    hello.host, hello.instance, token: hello.token, longestRequest: ReportsRequest.longest,
                    reportsPerRequest: ReportsRequest.mostReports, at: now)
                guard case .success(let greeting) = greeting else { return }
                requireSame(HelloReply(greeting.bytes), as: .greeting(greeting), "a greeting")
                hear(greeting)
            case .reports(let request):
                let outcome = hub.take(
                    request.reports, from: request.host, request.instance, token: request.token, at: now)
                let reply = ReportsReply.taken(epoch: hub.epoch, except: outcome.except)
                requireSame(ReportsReply(reply.bytes, count: request.reports.count), as: reply, "what is taken")
                tell(outcome)
            case .sync(let request):
                let reply = SyncReply<Report>.answer(hub.answer(request.question, atMost: SyncBounds.mostReports))
                requireSame(SyncReply<Report>(reply.bytes), as: reply, "what is copied")
            case .progress(let request): hub.note(request.progress, from: request.asker.host, at: now)
            case .held(let request):
                let held = hub.held(
                    of: request.host, request.instance, token: request.token, request.question,
                    atMost: HeldReply.mostReports, at: now)
                guard case .success(let answer) = held else { return }
                let reply = HeldReply.answer(answer)
                requireSame(HeldReply(reply.bytes, host: request.host), as: reply, "what is held")
            case .status:
                let reply = StatusReply.status(hub.status(store: "ok", at: now))
                requireSame(StatusReply(reply.bytes), as: reply, "a status")
            case .show(let request):
                let reply = ShowReply.account(hub.account(of: request.address, for: request.asker.host, at: now))
                requireSame(ShowReply(reply.bytes), as: reply, "what is shown")
            case .pardon(let request):
                tell(hub.pardon(request.address, allowances: request.disallows, token: request.asker.token, at: now))
            case .enrol, .keys: break
            }
        }

        private mutating func tell(_ outcome: Hub.Outcome) {
            for announcement in outcome.broadcasts {
                requireSame(
                    try? OldForm.readBroadcast(OldForm.message(announcement)), as: announcement, "a broadcast")
                _ = subscriber.heard(announcement, at: now)
            }
            guard !outcome.news.isEmpty else { return }
            let broadcast = Broadcast(epoch: hub.epoch, sequence: hub.sequence, reports: outcome.news)
            requireSame(try? Broadcast(reading: broadcast.bytes), as: broadcast, "a broadcast")
            hear(broadcast)
        }

        /// Both write down what they know, and begin again from that.
        mutating func end() {
            let reports = Array(hub.reports)
            requireSame(Report.read(RecordLine.lines(of: reports)).records, as: reports, "the hub's reports")
            let ledger = subscriber.ledgerSnapshot(at: now)
            requireSame(LedgerRecord.read(RecordLine.lines(of: ledger)).records, as: ledger, "the ledger")
            var again = HubTarget.fresh.hub
            again.restore(reports)
            _ = again.start(at: now)
            var other = Subscriber(
                settings: subscriber.settings, reports: subscriber.replicaSnapshot(at: now), records: ledger)
            _ = other.start(at: now)
        }
    }
}

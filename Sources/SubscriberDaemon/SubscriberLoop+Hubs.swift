internal import BanModel
internal import ClusterCore
internal import ClusterProtocol
internal import DaemonKit
internal import HubClient
internal import LinuxSystem
internal import Logging
internal import ZeroMQ

/// What comes from the hubs, and goes to them.
extension SubscriberLoop {
    /// Between two words on how far this host is.
    private static let progressPause: Int64 = 1_000_000
    /// A beacon is answered, so that the hub knows that we are there, unless it heard of us so short a time ago.
    private static let beaconPause: Int64 = 20_000_000

    var hello: [UInt8] { Hello(host: host, instance: nil, token: nil).bytes }

    private var asker: Asker { Asker(host: host, token: nil) }

    mutating func talk(to index: Int) throws(ZMQError) {
        let now = SystemClock.monotonic()
        let feed = hubs[index].feed
        let hello = hello
        for event in try feed.work(at: now, hello: { hello }) { take(event, from: index) }
        watchBroadcasts(of: index, at: now)
        guard feed.isIdle else { return }
        // With a broadcast or beacon, so that nobody wakes up for it.
        if let greeted = hubs[index].greeted, now - greeted >= HubFeed.greetingPause {
            try feed.greetAgain(hello, at: now)
            guard feed.isIdle else { return }
        }
        if let question = machine.question(to: index) {
            guard try feed.ask(SyncRequest(asker: asker, question: question).bytes, at: now) else { return }
            hubs[index].underway = .question(question)
        } else if let due = progressDue(for: index), due <= now, let progress = machine.progress(for: index) {
            guard try feed.ask(ProgressRequest(asker: asker, progress: progress).bytes, at: now) else { return }
            hubs[index].underway = .progress(progress)
        }
    }

    /// A hub whose broadcasts do not arrive is asked for them: its port for these may be blocked on the way.
    private mutating func watchBroadcasts(of index: Int, at now: Int64) {
        guard let finding = hubs[index].watch.takeDue(at: now) else { return }
        if case .deaf = finding {
            logger.warning(
                "the hub answers, but nothing that it broadcasts arrives: is that port blocked on the way? bans come late",
                metadata: ["broadcasts": "\(hubs[index].feed.endpoint)"])
        }
        machine.catchUp(with: index)
        hubs[index].beacon = now
    }

    /// When the hub is to hear how far this host is; nil: it knows.
    func progressDue(for index: Int) -> Int64? {
        let hub = hubs[index]
        guard hub.feed.isIdle, let progress = machine.progress(for: index) else { return nil }
        guard let told = hub.told else { return 0 }
        if told.progress != progress { return told.at + Self.progressPause }
        return hub.beacon - told.at >= Self.beaconPause ? 0 : nil
    }

    private mutating func take(_ event: HubFeed.Event, from index: Int) {
        let endpoint = hubs[index].feed.endpoint
        switch event {
        case .joined: machine.joined(index)
        case .unheard:
            complaints.say(
                "unheard \(endpoint)", "the hub does not let us listen: bans come late, if at all",
                ["broadcasts": "\(endpoint)"])
        case .broadcast(let broadcast):
            if hubs[index].watch.heard(at: SystemClock.monotonic()) {
                logger.notice("what the hub broadcasts arrives again", metadata: ["broadcasts": "\(endpoint)"])
            }
            if broadcast.reports.isEmpty {
                hubs[index].beacon = SystemClock.monotonic()
                logger.debug("beacon", metadata: ["hub": "\(endpoint)", "sequence": "\(broadcast.sequence)"])
            }
            for report in broadcast.reports {
                let message = Announcement(report.origin.voice, report.subject, report.state.isLifted ? .unban : .ban)
                logger.debug("heard", metadata: ["message": "\(message)", "until": "\(report.state.until)"])
            }
            carryOut(
                machine.heard(
                    broadcast.reports, levels: broadcast.levels, from: index, epoch: broadcast.epoch,
                    sequence: broadcast.sequence, at: wall()))
        case .shared: break  // not asked for
        case .announcement(let announcement): carryOut(machine.heard(announcement, at: wall()))
        case .dropped(let reason): complaints.say("message", "a broadcast was dropped", ["reason": "\(reason)"])
        case .greeted(let greeting, let asked):
            hubs[index].underway = .nothing
            hubs[index].told = nil
            let (now, wall) = (SystemClock.monotonic(), self.wall())
            logger.log(
                level: hubs[index].greeted == nil ? .info : .debug, "the hub answers",
                metadata: ["hub": "\(endpoint)", "form": greeting == nil ? "old" : "new"])
            hubs[index].greeted = now
            guard let greeting else {
                hubs[index].watch.lost()
                return
            }
            hubs[index].watch.answered(at: now)
            carryOut(machine.greeted(greeting, by: index, asked: wall - .microseconds(now - asked), at: wall))
        case .reply(let bytes):
            let asked = hubs[index].underway
            hubs[index].underway = .nothing
            switch asked {
            case .nothing: break
            case .question(let question): take(SyncReply<Report>(bytes), to: question, from: index)
            case .progress(let progress):
                hubs[index].told = (progress, SystemClock.monotonic())
                if bytes != ProgressRequest.noted { unusable("the hub does not note how far this host is", index) }
            }
        case .lost(let reason):
            hubs[index].underway = .nothing
            hubs[index].greeted = nil
            hubs[index].watch.lost()
            complaints.say(
                "hub \(endpoint) \(reason)", "the hub cannot be asked", ["hub": "\(endpoint)", "reason": "\(reason)"])
        }
    }

    private mutating func take(_ reply: SyncReply<Report>, to question: CopyQuestion, from index: Int) {
        switch reply {
        case .answer(let answer):
            carryOut(machine.answered(answer, from: index, at: wall()))
            // Who would ask the same once more would ask without end.
            guard machine.question(to: index) != question else { return unusable("the hub answered nothing", index) }
            hubs[index].feed.isWell()
        case .refusal(let refusal): unusable("the hub refuses us: \(refusal)", index)
        case .nonsense: unusable("the hub answered nonsense", index)
        }
    }

    private mutating func unusable(_ reason: String, _ index: Int) {
        let endpoint = hubs[index].feed.endpoint
        complaints.say("reply \(endpoint)", "what was missed is asked for later", ["reason": "\(reason)"])
        hubs[index].feed.rest(at: SystemClock.monotonic())
    }
}

internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import ClusterProtocol
internal import DaemonKit
internal import HubClient
internal import LinuxSystem
internal import Logging
internal import ZeroMQ

/// The subscriber's one thread: the sockets to the hubs, the ledger and the replica's file are its own.
struct SubscriberLoop: ~Copyable {
    /// How soon it is tried again to write what could not be written.
    private static let diskPause = Duration.seconds(5)

    let logger: Logger
    private let actor: Worker<Subscriber.Act, ActOutcome>
    let host: Host
    var hubs: [HubSide]
    var machine: Subscriber
    private var ledger: StateFile<LedgerRecord>
    private var replica: StateFile<CopyRecord>
    private var actionLog: ActionLog
    /// Whether the packet filter's table goes with the daemon.
    private(set) var flushesOnStop: Bool
    private var unwrittenCopy: [CopyRecord] = []
    private var unwrittenLedger: [LedgerRecord] = []
    private var waitingAct: Subscriber.Act?
    private var mustRewriteLedger = false
    private var mustRewriteReplica: Bool
    /// What the wall clock showed beyond the monotonic one.
    private var skew: Int64
    var complaints: Complaints

    init(
        section: SubscriberSection, general: GeneralSection, key: SecretKey?, logger: Logger, context: Context,
        actor: Worker<Subscriber.Act, ActOutcome>
    ) throws {
        var records: [LedgerRecord] = []
        var copy: [CopyRecord] = []
        let ledger = try StateFile(path: "\(general.stateFolder)/subscriber.ledger", records: &records)
        let replica = try StateFile(path: "\(general.stateFolder)/subscriber.replica", records: &copy)
        hubs = try section.hubs.map { hub in
            let feed = try HubFeed(
                context: context, broadcasts: "\(hub.broadcast)", replies: hub.reply.map { "\($0)" },
                curve: CurveClient(secret: key, server: hub.key), prefixFilter: section.prefixFilter,
                at: SystemClock.monotonic())
            return HubSide(feed: feed)
        }
        // What the filter passes over now must not come back with another one.
        mustRewriteReplica = !section.prefixFilter.isEmpty
        self.logger = logger
        complaints = Complaints(to: logger)
        self.actor = actor
        host = general.hostname
        skew = SystemClock.wall() - SystemClock.monotonic()
        self.ledger = ledger
        self.replica = replica
        var (reports, levels): ([Report], [FriendLevel]) = ([], [])
        for record in copy {
            switch record {
            case .report(let report): reports.append(report)
            case .level(let level): levels.append(level)
            }
        }
        machine = Subscriber(
            settings: Self.settings(section, general, logger), reports: reports, levels: levels, records: records)
        actionLog = ActionLog(path: section.logFile?.text)
        flushesOnStop = section.action == .nftables && section.flushesOnStop
    }

    private static func settings(
        _ section: SubscriberSection, _ general: GeneralSection, _ logger: Logger
    ) -> Subscriber.Settings {
        let target: Subscriber.Settings.Target =
            switch (section.action, section.targetJail) {
            case (.log, _): .log
            case (.fail2banClient, .own(let jail)), (.fail2banSocket, .own(let jail)): .own(jail)
            case (.fail2banClient, .same), (.fail2banSocket, .same): .same
            case (.nftables, _): .packetFilter
            }
        var settings = Subscriber.Settings(
            host: general.hostname, target: target, prefixFilter: section.prefixFilter,
            ignored: Exemptions.addresses(
                ignored: general.ignored + section.ignored,
                hubs: section.hubs.flatMap { [$0.broadcast, $0.reply] }.compactMap { $0 },
                logger: logger),
            bantime: section.bantime.duration, hubs: section.hubs.count,
            hearsOldForm: section.hubs.contains { $0.reply == nil }, packetFilterForm: section.packetFilterForm,
            threshold: section.threshold.trust)
        settings.startsProgram = section.action != .fail2banSocket
        return settings
    }

    mutating func run(under supervision: inout Supervision<SubscriberSection>) throws {
        let endpoints = hubs.map(\.feed.endpoint).joined(separator: " ")
        logger.notice("ready", metadata: ["hubs": "\(endpoints)"])
        supervision.ready()
        carryOut(machine.start(at: wall()))
        while true {
            try watchClock()
            for outcome in actor.outcomes.drain() {
                carryOut(machine.done(with: outcome.answer, took: outcome.took, at: wall()))
            }
            for index in hubs.indices { try talk(to: index) }
            carryOut(machine.advance(to: wall()))
            settle()
            var ready = PollSet()
            ready.add(fileDescriptor: supervision.fileDescriptor)
            _ = ready.add(fileDescriptor: actor.outcomes.fileDescriptor)
            for hub in hubs { hub.feed.register(in: &ready) }
            try ready.wait(timeout: supervision.pause(atMost: pause()))
            switch supervision.attend() {
            case .end: return
            case .take(let section, let general):
                try reconfigure(section, general)
                supervision.ready()
            case nil: break
            }
        }
    }

    private mutating func reconfigure(_ section: SubscriberSection, _ general: GeneralSection) throws {
        for hub in hubs { try hub.feed.reconfigure(prefixFilter: section.prefixFilter) }
        mustRewriteReplica = true
        flushesOnStop = section.action == .nftables && section.flushesOnStop
        carryOut(machine.reconfigure(Self.settings(section, general, logger), at: wall()))
    }

    /// Until the next thing that has to be done unasked; nil: there is none.
    private func pause() -> Duration? {
        let byWall = machine.nextDeadline.map { $0 - wall() }
        let monotonic = SystemClock.monotonic()
        let moments = hubs.indices.flatMap { [hubs[$0].feed.deadline, progressDue(for: $0), hubs[$0].watch.next] }
            .compactMap { $0 }
        let byMonotonic = moments.min().map { Duration.microseconds($0 - monotonic) }
        let byDisk = mustRewriteLedger || mustRewriteReplica ? Self.diskPause : nil
        return [byWall, byMonotonic, byDisk].compactMap { $0 }.min().map { max($0, .zero) }
    }

    /// Where this host's clock was set, or it slept, the hubs tell what time it is.
    private mutating func watchClock() throws(ZMQError) {
        let now = SystemClock.monotonic()
        let new = SystemClock.wall() - now
        defer { skew = new }
        let step = Duration.microseconds(new - skew)
        guard step > .seconds(1) || step < .seconds(-1) else { return }
        carryOut(machine.clockStepped(by: step, at: wall()))
        for hub in hubs { try hub.feed.greetAgain(hello, at: now) }
    }

    func wall() -> Timestamp { Timestamp(microseconds: SystemClock.wall()) }

    // MARK: What goes out

    mutating func carryOut(_ effects: [Subscriber.Effect]) {
        for effect in effects {
            switch effect {
            case .ledger(let record): unwrittenLedger.append(record)
            case .replica(let report): unwrittenCopy.append(.report(report))
            case .trust(let level): unwrittenCopy.append(.level(level))
            case .act(let act): waitingAct = act
            case .note(let note): say(note)
            }
        }
    }

    /// Writes what has come, then begins the act that waits for it; the log action is done at once.
    private mutating func settle() {
        while true {
            save()
            guard let act = waitingAct, !mustRewriteLedger else { return }
            waitingAct = nil
            guard case .write(let lines) = act else {
                actor.add(act)
                return
            }
            carryOut(machine.done(with: write(lines), at: wall()))
        }
    }

    private mutating func write(_ lines: [Announcement]) -> Answer {
        do throws(SystemError) {
            try actionLog.write(lines)
            return .changed(lines.count)
        } catch {
            return .unclear("\(error)")
        }
    }

    /// No act without its intent on disk: while the ledger cannot be written, nothing is done.
    private mutating func save() {
        do throws(SystemError) {
            if mustRewriteLedger || ledger.isLong(beside: machine.ledgerLength) {
                try ledger.rewrite(machine.ledgerSnapshot(at: wall()))
            } else {
                try ledger.append(unwrittenLedger)
            }
            mustRewriteLedger = false
        } catch {
            mustRewriteLedger = true
            complaints.say("ledger", "the ledger cannot be written: nothing is banned or freed", ["error": "\(error)"])
        }
        unwrittenLedger = []
        do throws(SystemError) {
            if mustRewriteReplica || replica.isLong(beside: machine.replicaLength) {
                try replica.rewrite(
                    machine.levels.map { .level($0) } + machine.replicaSnapshot(at: wall()).map { .report($0) })
            } else {
                try replica.append(unwrittenCopy)
            }
            mustRewriteReplica = false
        } catch {
            mustRewriteReplica = true
            complaints.say("replica", "the replica cannot be written", ["error": "\(error)"])
        }
        unwrittenCopy = []
    }

    private mutating func say(_ note: Subscriber.Note) {
        switch note {
        case .heard(let announcement): logger.debug("heard", metadata: ["message": "\(announcement)"])
        case .clockDiffers(let hub, let offset, let isFollowed):
            logger.warning(
                isFollowed
                    ? "the hub's clock differs from this host's: ends are judged by the hub's; set the clocks right"
                    : "the hub's clock differs: nobody is freed early for it; set the clocks right",
                metadata: ["hub": "\(hubs[hub].feed.endpoint)", "hub is ahead by": "\(offset)"])
        case .inStep(let hub, let reports):
            logger.info("in step", metadata: ["hub": "\(hubs[hub].feed.endpoint)", "reports": "\(reports)"])
        case .banned(let jail, let addresses): logger.info("banned", metadata: summary(jail, addresses))
        case .freed(let jail, let addresses): logger.info("freed", metadata: summary(jail, addresses))
        case .bannedAlready(let subject):
            logger.info(
                "fail2ban has banned it already: not ours",
                metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)"])
        case .neverBanned(let address, let reason):
            complaints.say("never", "not banned: it may not be", ["address": "\(address)", "reason": "\(reason)"])
        case .notListed(let subject):
            logger.info(
                "the network is not banned any more: nothing to free",
                metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)"])
        case .full: complaints.say("full", "the replica is full: new bans are not taken")
        case .noSuchJail(let jail):
            complaints.say(
                "jail \(jail)",
                "fail2ban has no such jail: copy fail2ban/jail.d/fail2bancluster.conf and reload fail2ban",
                ["jail": "\(jail)"])
        case .missing(let subject):
            logger.info(
                "not banned any more, though it should be: banned again",
                metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)"])
        case .yielded(let subject):
            logger.notice(
                "a person has freed it on this host: it stays free here until another host reports it",
                metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)"])
        case .packetFilterMadeAnew:
            logger.notice("the packet filter's table is not there, or not as it should be: made anew")
        case .packetFilterFailed(let reason):
            complaints.say("nft", "the packet filter could not be told", ["reason": "\(reason)"])
        case .failed(let jail, let reason):
            complaints.say("fail2ban", "fail2ban could not be told", ["jail": "\(jail)", "reason": "\(reason)"])
        }
    }

    private func summary(_ jail: Jail, _ addresses: [Address]) -> Logger.Metadata {
        let shown = addresses.prefix(5).map(\.description).joined(separator: ",")
        return ["jail": "\(jail)", "count": "\(addresses.count)", "addresses": "\(shown)"]
    }
}

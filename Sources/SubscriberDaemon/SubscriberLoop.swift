internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import ClusterProtocol
internal import DaemonKit
internal import LinuxSystem
internal import Logging
internal import ZeroMQ

/// The subscriber's one thread: the broadcasts' socket, the ledger and the replica's file are its own.
struct SubscriberLoop: ~Copyable {
    /// Broadcasts of about 60 bytes that may wait while the ledger is written.
    private static let backlog: Int32 = 100_000
    /// So many broadcasts are taken before their acts begin.
    private static let turn = 1_000

    private let logger: Logger
    private let actor: Worker<Subscriber.Act, Answer>
    private let endpoint: String
    private var prefixFilter: String
    private var machine: Subscriber
    private var broadcasts: Socket
    private var ledger: StateFile<LedgerRecord>
    private var replica: StateFile<Report>
    private var actionLog: ActionLog
    private var unwrittenReports: [Report] = []
    private var unwrittenLedger: [LedgerRecord] = []
    private var waitingAct: Subscriber.Act?
    private var mustRewriteLedger = false
    private var mustRewriteReplica = false
    private var complaints: Complaints

    init(
        section: SubscriberSection, general: GeneralSection, logger: Logger, context: Context,
        actor: Worker<Subscriber.Act, Answer>
    ) throws {
        var records: [LedgerRecord] = []
        var reports: [Report] = []
        let ledger = try StateFile(path: "\(general.stateFolder)/subscriber.ledger", records: &records)
        let replica = try StateFile(path: "\(general.stateFolder)/subscriber.replica", records: &reports)
        var broadcasts = try Socket(.sub, in: context, maximumMessageSize: OldForm.longest)
        try broadcasts.setHighWaterMarks(send: 1, receive: Self.backlog)
        try broadcasts.setReconnect(100, maximum: 5_000)
        try broadcasts.setKeepAlive(idle: 60, interval: 15, count: 4)
        try broadcasts.subscribe(Array(section.prefixFilter.utf8))
        let endpoint = "\(section.hubs[0].broadcast)"
        try broadcasts.connect(endpoint)
        prefixFilter = section.prefixFilter
        // What the filter passes over now must not come back with another one.
        mustRewriteReplica = !section.prefixFilter.isEmpty
        self.logger = logger
        complaints = Complaints(to: logger)
        self.actor = actor
        self.endpoint = endpoint
        self.ledger = ledger
        self.replica = replica
        self.broadcasts = broadcasts
        machine = Subscriber(settings: Self.settings(section, general, logger), reports: reports, records: records)
        actionLog = ActionLog(path: section.logFile?.text)
    }

    private static func settings(
        _ section: SubscriberSection, _ general: GeneralSection, _ logger: Logger
    ) -> Subscriber.Settings {
        let target: Subscriber.Settings.Target =
            switch (section.action, section.targetJail) {
            case (.log, _): .log
            case (.fail2banClient, .own(let jail)): .own(jail)
            case (.fail2banClient, .same): .same
            }
        return Subscriber.Settings(
            host: general.hostname, target: target, prefixFilter: section.prefixFilter,
            ignored: Exemptions.addresses(
                ignored: general.ignored + section.ignored,
                hubs: section.hubs.flatMap { [$0.broadcast, $0.reply] }.compactMap { $0 },
                logger: logger),
            bantime: section.bantime.duration)
    }

    mutating func run(under supervision: inout Supervision<SubscriberSection>) throws {
        logger.notice("ready", metadata: ["hub": "\(endpoint)"])
        supervision.ready()
        carryOut(machine.start(at: wall()))
        var ready = PollSet()
        ready.add(fileDescriptor: supervision.fileDescriptor)
        _ = ready.add(fileDescriptor: actor.outcomes.fileDescriptor)
        _ = ready.add(broadcasts, for: .reading)
        while true {
            for answer in actor.outcomes.drain() { carryOut(machine.done(with: answer, at: wall())) }
            try hear()
            carryOut(machine.advance(to: wall()))
            settle()
            let wanted = machine.nextDeadline.map { max($0 - wall(), .zero) }
            try ready.wait(timeout: supervision.pause(atMost: wanted))
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
        if section.prefixFilter != prefixFilter {
            // The new one first: what both let through is missed at no moment.
            try broadcasts.subscribe(Array(section.prefixFilter.utf8))
            try broadcasts.unsubscribe(Array(prefixFilter.utf8))
            prefixFilter = section.prefixFilter
            mustRewriteReplica = true
        }
        carryOut(machine.reconfigure(Self.settings(section, general, logger), at: wall()))
    }

    private func wall() -> Timestamp { Timestamp(microseconds: SystemClock.wall()) }

    // MARK: What comes in

    private mutating func hear() throws {
        for _ in 0..<Self.turn {
            guard let message = try broadcasts.receiveSingle() else { return }
            guard case .frame(let bytes) = message else {
                complaints.say("frames", "a broadcast of several frames was dropped")
                continue
            }
            do throws(OldForm.Fault) {
                carryOut(machine.heard(try OldForm.readBroadcast(bytes), at: wall()))
            } catch {
                complaints.say("message", "a broadcast was dropped", ["reason": "\(error)"])
            }
        }
    }

    // MARK: What goes out

    private mutating func carryOut(_ effects: [Subscriber.Effect]) {
        for effect in effects {
            switch effect {
            case .ledger(let record): unwrittenLedger.append(record)
            case .replica(let report): unwrittenReports.append(report)
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
            if mustRewriteLedger || ledger.isLong {
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
            if mustRewriteReplica || replica.isLong {
                try replica.rewrite(machine.replicaSnapshot(at: wall()))
            } else {
                try replica.append(unwrittenReports)
            }
            mustRewriteReplica = false
        } catch {
            mustRewriteReplica = true
            complaints.say("replica", "the replica cannot be written", ["error": "\(error)"])
        }
        unwrittenReports = []
    }

    private mutating func say(_ note: Subscriber.Note) {
        switch note {
        case .heard(let announcement): logger.debug("heard", metadata: ["message": "\(announcement)"])
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
        case .failed(let jail, let reason):
            complaints.say("fail2ban", "fail2ban could not be told", ["jail": "\(jail)", "reason": "\(reason)"])
        }
    }

    private func summary(_ jail: Jail, _ addresses: [Address]) -> Logger.Metadata {
        let shown = addresses.prefix(5).map(\.description).joined(separator: ",")
        return ["jail": "\(jail)", "count": "\(addresses.count)", "addresses": "\(shown)"]
    }
}

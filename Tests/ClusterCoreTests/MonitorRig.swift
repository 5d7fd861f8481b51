import BanModel
import ClusterCore

let sshd = Jail("sshd")!
let start = Timestamp.seconds(1_800_000_000)

func address(_ text: String) -> Address { try! Address(text) }
func ssh(_ text: String) -> Subject { Subject(sshd, address(text)) }

extension Timestamp {
    static func at(_ seconds: Double) -> Timestamp { start + .seconds(seconds) }
}

/// A monitor's core with a hub that ACKs at once, and a fail2ban that answers when it is told to.
struct MonitorRig {
    static let settings = Monitor.Settings(
        host: Host("a")!, ignoredJails: [Jail("fail2bancluster")!], bantime: .seconds(86_400))

    var monitor: Monitor
    var now = start
    /// What the hub heard: `Ban 192.0.2.1`.
    var heard: [String] = []
    /// Questions that wait for their answer.
    var asked: [Question] = []
    /// The state file.
    var records: [MonitorRecord]
    var notes: [Monitor.Note] = []
    var isHubUp = true
    /// What the hub answers with NAK, in `heard` as `NAK Ban 192.0.2.1`.
    var refuses: @Sendable (Announcement) -> Bool = { _ in false }
    private var isPausing = false

    init(records: [MonitorRecord] = [], settings: Monitor.Settings = settings) {
        self.records = records
        monitor = Monitor(settings: settings, records: records)
        _ = monitor.greeted(nil, asked: now, at: now)
    }

    /// The clock, in seconds since ``start``.
    var seconds: Double { Double((now - start).components.seconds) }

    /// The same state file, a new process.
    func restarted() -> MonitorRig {
        var rig = MonitorRig(records: records)
        rig.now = now
        return rig
    }

    mutating func carryOut(_ effects: [Monitor.Effect]) {
        note(effects)
        while isHubUp, !isPausing, let next = monitor.outgoing {
            guard refuses(next) else {
                heard.append("\(next.action.rawValue) \(next.subject.address)")
                note(monitor.acknowledged(at: now))
                continue
            }
            heard.append("NAK \(next.action.rawValue) \(next.subject.address)")
            let (effects, goOn) = monitor.refused(at: now)
            isPausing = !goOn
            note(effects)
        }
    }

    private mutating func note(_ effects: [Monitor.Effect]) {
        for effect in effects {
            switch effect {
            case .ask(let question): asked.append(question)
            case .save(let record): records.append(record)
            case .note(let note): notes.append(note)
            }
        }
    }

    /// Lets time pass, with every deadline on the way in its turn.
    mutating func wait(until seconds: Double) {
        let end = Timestamp.at(seconds)
        isPausing = false
        while let next = monitor.nextDeadline, next <= end {
            now = max(now, next)
            let before = asked.count
            carryOut(monitor.advance(to: now))
            if asked.count > before, let fail2ban { answerAll(fail2ban) }
        }
        now = max(now, end)
        carryOut(monitor.advance(to: now))
        if let fail2ban { answerAll(fail2ban) }
    }

    /// When set, answers every question the moment it is asked.
    var fail2ban: (@Sendable (Question, Timestamp) -> Answer)?

    mutating func answerAll(_ fail2ban: @Sendable (Question, Timestamp) -> Answer) {
        while !asked.isEmpty {
            let question = asked.removeFirst()
            carryOut(monitor.answered(question, with: fail2ban(question, now), isLogRead: true, at: now))
        }
    }

    /// A line of the log, written and read at this second.
    mutating func line(_ event: LogRecord.JailEvent, in jail: Jail = sshd, at seconds: Double, written: Double? = nil) {
        wait(until: seconds)
        let record = LogRecord(time: .at(written ?? seconds), event: .jail(jail, event))
        carryOut(monitor.read(record, at: now))
        if let fail2ban { answerAll(fail2ban) }
    }

    mutating func server(_ event: LogRecord.Event, at seconds: Double) {
        wait(until: seconds)
        carryOut(monitor.read(LogRecord(time: now, event: event), at: now))
    }

    mutating func begin() {
        carryOut(monitor.start(at: now))
        if let fail2ban { answerAll(fail2ban) }
    }

    mutating func ledger(_ step: LedgerRecord.Step, _ subject: Subject, at seconds: Double) {
        carryOut(monitor.read(LedgerRecord(subject, step, at: .at(seconds)), at: now))
    }
}

/// What a fail2ban with one jail answers that lists these addresses until these seconds, and has made so many bans.
func running(
    _ bans: [String: Double], total: Int, bantime: Double = 600
) -> @Sendable (Question, Timestamp) -> Answer {
    { question, _ in
        switch question {
        case .jails: .jails([sshd])
        case .bantime: .bantime(.seconds(bantime))
        case .bans:
            .bans(bans.map { ListedBan(address: address($0.key), since: start, until: .at($0.value)) })
        case .status: .status(banned: Set(bans.keys.map(address)), total: total)
        }
    }
}

let stopped: @Sendable (Question, Timestamp) -> Answer = { _, _ in .notRunning("no socket") }

extension Monitor {
    mutating func read(_ record: LogRecord, at now: Timestamp) -> [Effect] { read([record], at: now) }
}

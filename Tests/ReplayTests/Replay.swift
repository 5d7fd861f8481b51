import BanModel
import ClusterCore

/// How a replay differs from a monitor that is there from the start and reads every line at once.
struct Variation: Sendable, CustomStringConvertible {
    /// How long after its own time a line is read; answers keep their times.
    var delay = Duration.zero
    var asks = true
    /// One question after the other goes to fail2ban, as the daemon asks; else all at once.
    var isSerial = false
    /// What the configuration says of the bantime.
    var bantime: Duration? = .seconds(86_400)
    /// The monitor starts here, at the end of the log and without records.
    var begins: Timestamp?
    /// After so many lines, answers and deadlines the monitor is killed and starts again from its records.
    var killedAfter: Int?
    /// How long it stays away.
    var away = Duration.zero
    /// Whether what the last event wrote into the state file was lost, though the hub heard of it.
    var losesLast = false

    var description: String {
        var parts: [String] = ["delay \(delay)"]
        if !asks { parts.append("by the log alone") }
        if isSerial { parts.append("one question at a time") }
        if let begins { parts.append("begins at \(begins.microseconds)") }
        if let killedAfter {
            parts.append("killed after \(killedAfter) events, away \(away)\(losesLast ? ", last record lost" : "")")
        }
        return parts.joined(separator: ", ")
    }
}

/// What the hub heard, and when.
struct Heard: Sendable, CustomStringConvertible {
    var time: Timestamp
    var subject: Subject
    var isBan: Bool
    /// How many lines were read by then.
    var line: Int

    var description: String { "\(time.microseconds) \(isBan ? "Ban" : "Unban") \(subject)" }
}

/// A recording played to the monitor's core by a simulated clock, with a hub that ACKs at once.
struct Replay {
    private static let host = Host("a")!

    let recording: Recording
    let variation: Variation
    private var monitor: Monitor
    private var now: Timestamp
    private var records: [MonitorRecord] = []
    private var unasked: [Question] = []
    private var waiting: [(question: Question, answer: Answer, arrives: Timestamp)] = []
    /// How many lines were read.
    private var line = 0
    private(set) var heard: [Heard] = []
    private(set) var notes: [Monitor.Note] = []
    /// How many lines, answers and deadlines there were.
    private(set) var events = 0

    init(_ recording: Recording, _ variation: Variation = Variation()) {
        self.recording = recording
        self.variation = variation
        now = variation.begins ?? recording.start
        monitor = Monitor(settings: Self.settings(variation))
        _ = monitor.greeted(nil, asked: now, at: now)
        line = recording.lines.count { $0.moment + variation.delay <= now }
    }

    private static func settings(_ variation: Variation) -> Monitor.Settings {
        Monitor.Settings(host: host, ignoredJails: [], bantime: variation.bantime, asks: variation.asks)
    }

    /// Runs until this moment.
    mutating func run(until end: Timestamp) {
        precondition(now <= end)
        start()
        while let next = nextEvent(), next.time <= end {
            now = max(now, next.time)
            let before = records
            switch next.kind {
            case .line: read()
            case .answer(let index):
                let arrived = waiting.remove(at: index)
                carryOut(monitor.answered(arrived.question, with: arrived.answer, isLogRead: true, at: now))
            case .deadline: carryOut(monitor.advance(to: now))
            }
            events += 1
            if events == variation.killedAfter {
                if variation.losesLast { records = before }
                restart()
            }
        }
        now = end
        carryOut(monitor.advance(to: now))
    }

    private enum Kind { case line, answer(Int), deadline }

    /// Lines before answers before deadlines: an answer is judged when the log was read to its end.
    private func nextEvent() -> (time: Timestamp, kind: Kind)? {
        var next: (time: Timestamp, kind: Kind)?
        if line < recording.lines.count {
            next = (max(now, recording.lines[line].moment + variation.delay), .line)
        }
        for (index, answer) in waiting.enumerated() where next.map({ answer.arrives < $0.time }) ?? true {
            next = (answer.arrives, .answer(index))
        }
        if let deadline = monitor.nextDeadline, next.map({ max(now, deadline) < $0.time }) ?? true {
            next = (max(now, deadline), .deadline)
        }
        return next
    }

    private mutating func read() {
        line += 1
        carryOut(monitor.read([recording.lines[line - 1].record], at: now))
        reached()
    }

    private mutating func reached() {
        let position = LogPosition(
            device: 1, inode: 1, offset: UInt64(line), headLength: 0, headSum: 0, tailSum: 0)
        carryOut(monitor.reached(position, at: now))
    }

    private mutating func restart() {
        now = now + variation.away
        monitor = Monitor(settings: Self.settings(variation), records: records)
        _ = monitor.greeted(nil, asked: now, at: now)
        waiting = []
        unasked = []
        // Without a position it begins at the end of the log, as at the first start.
        line =
            monitor.position?.file.map { Int($0.offset) }
            ?? recording.lines.count { $0.moment + variation.delay <= now }
        start()
    }

    private mutating func start() {
        carryOut(monitor.start(at: now))
        reached()
    }

    private mutating func carryOut(_ effects: [Monitor.Effect]) {
        for effect in effects {
            switch effect {
            case .ask(let question):
                unasked.append(question)
            case .save(let record): records.append(record)
            case .note(let note): notes.append(note)
            }
        }
        while !unasked.isEmpty, waiting.isEmpty || !variation.isSerial {
            let question = unasked.removeFirst()
            let (answer, arrives) = recording.answer(to: question, at: now)
            waiting.append((question, answer, arrives))
        }
        while let next = monitor.outgoing {
            heard.append(Heard(time: now, subject: next.subject, isBan: next.action == .ban, line: line))
            carryOut(monitor.acknowledged(at: now))
        }
    }
}

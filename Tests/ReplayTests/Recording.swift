import BanModel
import Fail2Ban
import RealFail2Ban

/// A transcript as the monitor meets it: records to read and answers to get.
struct Recording: Sendable {
    struct Line: Sendable {
        var moment: Timestamp
        var record: LogRecord
    }

    struct Recorded: Sendable {
        var asked: Timestamp
        var arrived: Timestamp
        var answer: Answer
    }

    struct Command: Sendable {
        var moment: Timestamp
        var words: String
    }

    struct UnknownQuestion: Error { var words: String }

    private(set) var lines: [Line] = []
    private(set) var commands: [Command] = []
    private var answers: [Question: [Recorded]] = [:]
    let start: Timestamp
    let end: Timestamp

    init(_ scenario: String) throws {
        let transcript = try Transcript(scenario)
        var parser = LogParser(clock: .utc)
        start = Timestamp(microseconds: transcript.events.first?.moment ?? 0)
        end = Timestamp(microseconds: transcript.events.last?.moment ?? 0)
        for event in transcript.events {
            let moment = Timestamp(microseconds: event.moment)
            switch event.content {
            case .line(let line):
                if case .record(let record) = parser.parse(Array(line.utf8)[...], readAt: moment) {
                    lines.append(Line(moment: moment, record: record))
                }
            case .command(let words):
                commands.append(Command(moment: moment, words: words))
            case .answer(let answered):
                guard let question = Question(words: answered.question) else {
                    throw UnknownQuestion(words: answered.question)
                }
                let reply = ClientReply(
                    status: answered.status, output: Array(answered.output.utf8), error: Array(answered.error.utf8))
                let recorded = Recorded(
                    asked: Timestamp(microseconds: answered.asked), arrived: moment,
                    answer: reply.answer(to: question, clock: .utc))
                answers[question, default: []].append(recorded)
            }
        }
    }

    /// Right before and right at everything that happened.
    var moments: [Timestamp] {
        let arrivals = answers.values.flatMap { $0.map(\.arrived) }
        return Set(lines.map(\.moment) + arrivals).sorted().flatMap { [$0 - .milliseconds(1), $0] }
    }

    /// The lists with ends that were answered for a jail.
    func lists(of jail: Jail) -> [(asked: Timestamp, list: [ListedBan])] {
        (answers[.bans(jail)] ?? []).compactMap {
            guard case .bans(let list) = $0.answer else { return nil }
            return ($0.asked, list)
        }
    }

    /// The first answer that was asked at this moment or after it. Behind the end of the recording fail2ban goes on as
    /// its last answers say, and frees everybody on time.
    func answer(to question: Question, at now: Timestamp) -> (answer: Answer, arrives: Timestamp) {
        if let recorded = answers[question]?.first(where: { $0.asked >= now }) {
            return (recorded.answer, recorded.arrived)
        }
        // The recording's last rounds overlap its end: what comes later cannot be older.
        let arrives = max(now, end) + .milliseconds(200)
        return (later(question, at: arrives), arrives)
    }

    private func later(_ question: Question, at now: Timestamp) -> Answer {
        guard let last = answers[question]?.last?.answer else { return .noSuchJail }
        switch (question, last) {
        case (.jails, .jails(let names)):
            return .jails(names.filter { answers[.status($0)]?.last?.answer != .noSuchJail })
        case (.bans, .bans(let list)):
            return .bans(list.filter { $0.until > now })
        case (.status(let jail), .status(_, let total)):
            let list = lists(of: jail).last?.list ?? []
            return .status(banned: Set(list.filter { $0.until > now }.map(\.address)), total: total)
        default:
            return last
        }
    }

    /// Whether fail2ban still tells of the jail when the recording ends.
    func isAnsweredAtEnd(_ jail: Jail) -> Bool {
        if case .bans? = answers[.bans(jail)]?.last?.answer { true } else { false }
    }

    /// Whom fail2ban lists when the recording ends.
    func isListedAtEnd(_ subject: Subject) -> Bool {
        guard case .bans(let list)? = answers[.bans(subject.jail)]?.last?.answer else { return false }
        return list.contains { $0.address == subject.address }
    }
}

extension Question {
    /// From fail2ban-client's words.
    fileprivate init?(words: String) {
        let parts = words.split(separator: " ")
        if words == "status" {
            self = .jails
            return
        }
        guard parts.count >= 2, let jail = Jail(parts[1]) else { return nil }
        let questions: [Question] = [.status(jail), .bantime(jail), .bans(jail)]
        guard let question = questions.first(where: { "\($0)" == words }) else { return nil }
        self = question
    }
}

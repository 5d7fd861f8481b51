internal import BanModel

/// When which question goes to fail2ban: each at most once at a time, and after a failure with growing pauses.
struct QuestionSchedule: Sendable {
    private static let firstPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(60)

    private var due: [Question: Timestamp] = [:]
    private var underway: [Question: Timestamp] = [:]
    private var pauses: [Question: Duration] = [:]
    /// fail2ban does not run: only `.jails` is asked until it answers again.
    private(set) var isServerDown = false

    /// Asks at this time, or earlier where that is wanted already. A question under way is asked again after it.
    mutating func want(_ question: Question, at time: Timestamp) {
        due[question] = min(due[question] ?? .forever, time)
    }

    func isUnderway(_ question: Question) -> Bool { underway[question] != nil }

    /// Whether it is to be asked at some time.
    func isWanted(_ question: Question) -> Bool { due[question] != nil }

    mutating func forget(_ question: Question) { due[question] = nil }

    /// The next moment at which ``takeDue(at:)`` has something to give.
    var next: Timestamp? {
        var next: Timestamp?
        for (question, time) in due where next.map({ time < $0 }) ?? true {
            if isAskable(question) { next = time }
        }
        return next
    }

    private func isAskable(_ question: Question) -> Bool {
        (underway.isEmpty || underway[question] == nil) && (!isServerDown || question == .jails)
    }

    mutating func takeDue(at now: Timestamp) -> [Question] {
        guard due.contains(where: { $0.value <= now }) else { return [] }
        var ready: [(time: Timestamp, question: Question)] = []
        for (question, time) in due where time <= now && isAskable(question) { ready.append((time, question)) }
        if ready.count > 1 { ready.sort { ($0.time, $0.question.order) < ($1.time, $1.question.order) } }
        for (_, question) in ready {
            due[question] = nil
            underway[question] = now
        }
        return ready.map(\.question)
    }

    /// Notes an answer, and returns when its question was asked; nil for an answer that nobody waits for.
    mutating func answered(_ question: Question, with answer: Answer, at now: Timestamp) -> Timestamp? {
        guard let asked = underway.removeValue(forKey: question) else { return nil }
        switch answer {
        case .notRunning:
            isServerDown = true
            if question != .jails { want(question, at: now) }
            want(.jails, at: now + lengthenPause(of: .jails))
        case .unclear, .impossible:
            want(question, at: now + lengthenPause(of: question))
        case .noSuchJail:
            isServerDown = false
            want(question, at: now + lengthenPause(of: question))
        case .jails, .bantime, .bans, .status, .changed, .packetFilter:
            isServerDown = false
            pauses[question] = nil
        }
        return asked
    }

    private mutating func lengthenPause(of question: Question) -> Duration {
        let pause = pauses[question].map { min($0 * 2, Self.longestPause) } ?? Self.firstPause
        pauses[question] = pause
        return pause
    }

    /// After the clock was set back: nothing waits for a time that has become far.
    mutating func hurry(at now: Timestamp) {
        for question in due.keys { due[question] = now }
        for (question, asked) in underway { underway[question] = min(asked, now) }
    }
}

extension Question {
    /// A fixed order, so that equal news always give equal effects.
    fileprivate var order: String {
        switch self {
        case .jails: "0"
        case .status(let jail): "1 \(jail)"
        case .bans(let jail): "2 \(jail)"
        case .bantime(let jail): "3 \(jail)"
        }
    }
}

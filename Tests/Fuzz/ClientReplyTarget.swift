internal import BanModel

@testable internal import Fail2Ban

/// What fail2ban's client prints: its exit status in the first byte, then its output and, behind a zero, its complaints.
enum ClientReplyTarget: FuzzTarget {
    static let name = "clientreply"

    static func run(_ bytes: [UInt8]) {
        guard let status = bytes.first else { return }
        let texts = bytes.dropFirst().split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            .map { Array($0) }
        let reply = ClientReply(status: Int32(status), output: texts[0], error: texts.count > 1 ? texts[1] : [])
        for question in Answer.questions {
            reply.answer(to: question, clock: .local).check(of: question)
        }
        for instruction in Answer.instructions { reply.answer(to: instruction).check() }
    }
}

extension Answer {
    private static let jail = Jail("sshd")!
    static let questions: [Question] = [.jails, .bantime(jail), .bans(jail), .status(jail)]
    static let instructions: [Instruction] = [.ban(jail, []), .unban(jail, [])]

    /// - Parameter question: nil: an instruction.
    func check(of question: Question? = nil) {
        switch (self, question) {
        case (.unclear(let reason), _), (.impossible(let reason), _), (.notRunning(let reason), _):
            requirePlainReason(reason, "an answer")
        case (.noSuchJail, _): require(question != .jails, "no jail, of all of them")
        case (.jails, .jails), (.bans, .bans): break
        case (.bantime(let duration), .bantime): require(duration.map { $0 >= .zero } ?? true, "a negative bantime")
        case (.status(_, let total), .status): require(isCount(total), "\(total) bans")
        case (.changed(let count), nil): require(isCount(count), "\(count) changes")
        default: fatalError("\(self) to \(question.map { "\($0)" } ?? "an instruction")")
        }
    }

    /// Whoever adds one to another must not overflow.
    private func isCount(_ number: Int) -> Bool { (0..<1_000_000_000_000).contains(number) }
}

public import BanModel
public import LinuxSystem

/// fail2ban by way of its own program: one process a question, 0.1 s each.
public struct Fail2BanClient: Sendable {
    private let program: String
    private let socket: String?
    private let timeLimit: Duration

    /// - Parameters:
    ///   - program: a path, or a name that is looked up in PATH.
    ///   - socket: the server's; nil: the one of fail2ban's own configuration.
    ///   - timeLimit: for one run. The server answers nobody while it stops a jail or carries out a batch.
    public init(program: String, socket: String?, timeLimit: Duration = .seconds(60)) {
        self.program = program
        self.socket = socket
        self.timeLimit = timeLimit
    }

    /// More than 400,000 bans.
    private static let outputLimit = 32 << 20
    /// So many addresses fit into one command line (2 MiB) many times.
    private static let batch = 5000

    /// Never throws and never waits longer than the time limit, or than the stop; what failed is said in the answer.
    public func ask(_ question: Question, until stop: Wakeup? = nil) -> Answer {
        run(question.words, question.jail, stop) { $0.answer(to: question) }
    }

    /// Bans or frees all the addresses; ends at the first batch that fails, with the batches before it done.
    ///
    /// To ban what is banned already, or free what is not banned, is no failure and does not count.
    public func carryOut(_ instruction: Instruction, until stop: Wakeup? = nil) -> Answer {
        var sum = 0
        for words in instruction.words(atMost: Self.batch) {
            let answer = run(words, instruction.jail, stop) { $0.answer(to: instruction) }
            guard case .changed(let count) = answer else { return answer }
            sum += count
        }
        return .changed(sum)
    }

    private func run(_ words: [String], _ jail: Jail?, _ stop: Wakeup?, read: (ClientReply) -> Answer) -> Answer {
        if jail?.isReserved == true { return .noSuchJail }
        let options = socket.map { ["-s", $0] } ?? []
        let result = runProgram(
            program, options + words, environment: ["LC_ALL": "C"], timeLimit: timeLimit,
            outputLimit: Self.outputLimit, until: stop)
        switch result {
        case .exited(let status, let output, let error):
            return read(ClientReply(status: status, output: output, error: error))
        case .signalled(let signal): return .unclear("\(program) was ended by signal \(signal)")
        case .stopped: return .unclear("given up, since the daemon ends")
        case .timedOut: return .unclear("no answer within \(timeLimit)")
        case .tooMuchOutput: return .unclear("an answer of more than \(Self.outputLimit) bytes")
        case .cannotStart(let error):
            return error.isMissing || error.isNotPermitted ? .impossible("\(error)") : .unclear("\(error)")
        }
    }
}

package import BanModel
package import LinuxSystem

/// fail2ban by way of its own program: one process a question, 0.1 s each.
package struct Fail2BanClient: Sendable {
    private let program: String
    private let socket: String?
    private let timeLimit: Duration

    /// - Parameters:
    ///   - program: a path, or a name that is looked up in PATH.
    ///   - socket: the server's; nil: the one of fail2ban's own configuration.
    ///   - timeLimit: for one run. The server answers nobody while it stops a jail or carries out a batch.
    package init(program: String, socket: String?, timeLimit: Duration = .seconds(60)) {
        self.program = program
        self.socket = socket
        self.timeLimit = timeLimit
    }

    /// More than 400,000 bans.
    private static let outputLimit = 32 << 20
    /// So many addresses fit into one command line (2 MiB) many times.
    private static let batch = 5000

    /// What `get` and `set` take for a setting of the server, and `status` for all jails: no jail by such a name can be
    /// reached, and `set logtarget banip …`, asked for by some peer, would send fail2ban's log elsewhere.
    private static let reserved: Set<String> = [
        "--all", "allowipv6", "dbfile", "dbmaxmatches", "dbpurgeage", "loglevel", "logtarget", "syslogsocket", "thread",
    ]

    /// Never throws and never waits longer than the time limit, or than the stop; what failed is said in the answer.
    package func ask(_ question: Question, until stop: Wakeup? = nil) -> Answer {
        switch question {
        case .jails: run(["status"], nil, stop) { $0.answer(to: question) }
        case .status(let jail): run(["status", jail.name], jail, stop) { $0.answer(to: question) }
        case .bantime(let jail): run(["get", jail.name, "bantime"], jail, stop) { $0.answer(to: question) }
        case .bans(let jail): run(["get", jail.name, "banip", "--with-time"], jail, stop) { $0.answer(to: question) }
        }
    }

    /// Bans or frees all the addresses; ends at the first batch that fails, with the batches before it done.
    ///
    /// To ban what is banned already, or free what is not banned, is no failure and does not count.
    package func carryOut(_ instruction: Instruction, until stop: Wakeup? = nil) -> Answer {
        // `--report-absent` is left away: with it, one address that is not banned makes the whole call fail.
        let (jail, verb, addresses) =
            switch instruction {
            case .ban(let jail, let addresses): (jail, "banip", addresses)
            case .unban(let jail, let addresses): (jail, "unbanip", addresses)
            }
        var sum = 0
        for start in stride(from: 0, to: addresses.count, by: Self.batch) {
            let batch = addresses[start..<min(start + Self.batch, addresses.count)].map(\.description)
            let answer = run(["set", jail.name, verb] + batch, jail, stop) { $0.answer(to: instruction) }
            guard case .changed(let count) = answer else { return answer }
            sum += count
        }
        return .changed(sum)
    }

    private func run(_ words: [String], _ jail: Jail?, _ stop: Wakeup?, read: (ClientReply) -> Answer) -> Answer {
        if let jail, Self.reserved.contains(jail.name) { return .noSuchJail }
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

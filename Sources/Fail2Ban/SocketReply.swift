internal import BanModel

/// What fail2ban's server answered over its socket, turned into an ``Answer``: `(0, result)` or `(1, exception)`.
struct SocketReply {
    /// Something that no known fail2ban answers: its own client may understand it.
    struct NotUnderstood: Error {
        let reason: String
    }

    private let outcome: PickledValue
    private let hasFailed: Bool

    init(_ pickle: Pickle) throws(NotUnderstood) {
        let root = pickle.root
        guard let pair = root.items, pair.count == 2, let code = pair.first?.integer, let outcome = pair.last else {
            throw NotUnderstood(reason: "an answer that is no pair: \(root.summary)")
        }
        self.outcome = outcome
        hasFailed = code != 0
    }

    /// The answer to a question; times are read by `clock`, which has to be the server's.
    ///
    /// What fail2ban lists and is no address cannot be ours, and is left out.
    func answer(to question: Question, clock: LocalClock = .local) throws(NotUnderstood) -> Answer {
        if hasFailed { return failure(of: question.jail, asked: question) }
        switch question {
        case .jails: return .jails(try jails())
        case .bantime: return .bantime(try bantime())
        case .status: return try status()
        case .bans:
            guard let items = outcome.items else { throw unknown }
            var lines: [ArraySlice<UInt8>] = []
            lines.reserveCapacity(items.count)
            for item in items {
                guard let line = item.text else { throw unknown }
                lines.append(line)
            }
            return BanLines.answer(lines, clock)
        }
    }

    /// The answer to an instruction: how many addresses it changed.
    func answer(to instruction: Instruction) throws(NotUnderstood) -> Answer {
        if hasFailed { return failure(of: instruction.jail) }
        guard let count = Answer.count(outcome.integer) else { throw unknown }
        return .changed(count)
    }

    private var unknown: NotUnderstood {
        NotUnderstood(reason: "an answer of another form: \(outcome.summary)")
    }

    private func failure(of jail: Jail?, asked question: Question? = nil) -> Answer {
        if let (_, name, arguments) = outcome.object, let first = arguments?.first?.text {
            if let jail, name.elementsEqual("UnknownJailException".utf8), first.elementsEqual(jail.name.utf8) {
                return .noSuchJail
            }
            if case .bans = question, first.starts(with: "Invalid command".utf8) { return .bansAreNotTold }
        }
        return .unclear("fail2ban refuses: \(outcome.summary)")
    }

    /// `[('Number of jail', 2), ('Jail list', 'one, two')]`; a jail whose name is none of ours is left out.
    private func jails() throws(NotUnderstood) -> [Jail] {
        guard let count = outcome["Number of jail"]?.integer, let list = outcome["Jail list"]?.text else {
            throw unknown
        }
        let names = String(decoding: list, as: UTF8.self).split(separator: ", ")
        guard names.count == count else { throw unknown }
        return names.compactMap { Jail($0) }
    }

    /// In seconds; some configurations make it a real number.
    private func bantime() throws(NotUnderstood) -> Duration? {
        let whole: Int64? = if case .real(let number) = outcome.node { Int64(exactly: number) } else { outcome.integer }
        guard let seconds = whole, seconds >= -1, seconds < 1_000_000_000_000 else { throw unknown }
        return seconds == -1 ? nil : .seconds(seconds)
    }

    /// `[('Filter', […]), ('Actions', [('Currently banned', 1), ('Total banned', 1), ('Banned IP list', ['192.0.2.1'])])]`
    private func status() throws(NotUnderstood) -> Answer {
        guard let actions = outcome["Actions"], let total = Answer.count(actions["Total banned"]?.integer),
            // `IP list` up to 0.8.
            let list = (actions["Banned IP list"] ?? actions["IP list"])?.items
        else { throw unknown }
        var banned = Set<Address>(minimumCapacity: list.count)
        for item in list {
            guard let text = item.text else { throw unknown }
            if let address = try? Address(utf8: text) { banned.insert(address) }
        }
        return .status(banned: banned, total: total)
    }
}

extension Answer {
    static var bansAreNotTold: Answer {
        .impossible("this fail2ban, older than 0.11.1, does not tell when bans end")
    }

    /// How many there are of something; nil for a number that is none, or so large that adding to it could overflow.
    static func count(_ number: Int64?) -> Int? {
        guard let number, (0..<1_000_000_000_000).contains(number) else { return nil }
        return Int(number)
    }
}

extension PickledValue {
    /// The second of the pair, in a list of pairs, whose first is this text.
    fileprivate subscript(_ label: String) -> PickledValue? {
        guard let items else { return nil }
        for item in items {
            guard let pair = item.items, pair.count == 2, let first = pair.first?.text,
                first.elementsEqual(label.utf8)
            else { continue }
            return pair.last
        }
        return nil
    }

    /// For a message: an exception with its first argument, a text, a number, or what kind of thing it is.
    var summary: String {
        if let text { return quotation(text) }
        if let (_, name, arguments) = object {
            return "\(quotation(name))(\(arguments?.first?.text.map { quotation($0) } ?? ""))"
        }
        return switch node {
        case .none: "None"
        case .truth(let value): value ? "True" : "False"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .list(let group): "a list of \(pickle.groups[Int(group)].count)"
        case .tuple(let group): "a tuple of \(pickle.groups[Int(group)].count)"
        case .text, .bytes, .hugeInteger, .set, .dictionary, .global, .object, .opaque: "something else"
        }
    }
}

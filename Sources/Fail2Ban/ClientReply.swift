public import BanModel

/// What one run of fail2ban-client left behind; its text is turned into an ``Answer``.
public struct ClientReply: Hashable, Sendable {
    /// 0, or 255 for everything that failed.
    public var status: Int32
    public var output: [UInt8]
    public var error: [UInt8]

    public init(status: Int32, output: [UInt8], error: [UInt8]) {
        self.status = status
        self.output = output
        self.error = error
    }

    /// The answer to a question; times are read by `clock`, which has to be the server's.
    ///
    /// What fail2ban lists and is no address cannot be ours, and is left out; an answer of another form is unclear.
    public func answer(to question: Question, clock: LocalClock = .local) -> Answer {
        switch question {
        case .jails: failure(of: nil) ?? jails()
        case .bantime(let jail): failure(of: jail) ?? bantime()
        case .status(let jail): failure(of: jail) ?? jailStatus()
        case .bans(let jail):
            if status != 0, lines.first?.starts(with: "Invalid command".utf8) == true {
                .bansAreNotTold
            } else {
                failure(of: jail) ?? BanLines.answer(lines, clock)
            }
        }
    }

    /// The answer to an instruction: how many addresses it changed.
    public func answer(to instruction: Instruction) -> Answer {
        let jail =
            switch instruction {
            case .ban(let jail, _), .unban(let jail, _): jail
            }
        if let failure = failure(of: jail) { return failure }
        guard let count = Answer.count(onlyNumber) else { return unclear }
        return .changed(count)
    }

    private var lines: [ArraySlice<UInt8>] { output.split(separator: UInt8(ascii: "\n")) }

    private var unclear: Answer { .unclear("an answer that makes no sense: \(quotation(output))") }

    /// Why there is no answer; nil where there is one.
    private func failure(of jail: Jail?) -> Answer? {
        if status == 0 { return nil }
        if let jail, let first = lines.first,
            first.elementsEqual("Sorry but the jail '\(jail)' does not exist".utf8)
        {
            return .noSuchJail
        }
        let text = String(decoding: error.prefix(4096), as: UTF8.self)
        if text.contains("Permission denied to socket") { return .impossible("fail2ban's socket is not ours to use") }
        for sign in ["Failed to access socket path", "Unable to contact server"] where text.contains(sign) {
            return .notRunning(quotation(error.prefix { $0 != UInt8(ascii: "\n") }))
        }
        return .unclear("exit status \(status): \(quotation(output.isEmpty ? error : output))")
    }

    private var onlyNumber: Int64? {
        guard lines.count == 1 else { return nil }
        var scanner = ByteScanner(lines[0])
        let isNegative = scanner.take("-")
        guard let number = scanner.number(), scanner.isAtEnd else { return nil }
        return isNegative ? -number : number
    }

    private func bantime() -> Answer {
        guard let seconds = onlyNumber, seconds >= -1, seconds < 1_000_000_000_000 else { return unclear }
        return .bantime(seconds == -1 ? nil : .seconds(seconds))
    }

    /// `` `- Jail list:	one, two``; a jail whose name is none of ours is left out.
    private func jails() -> Answer {
        guard lines.count == 3, lines[0].elementsEqual("Status".utf8),
            let count = number("|- Number of jail:\t", lines[1]),
            let list = value("`- Jail list:\t", lines[2])
        else { return unclear }
        let names = String(decoding: list, as: UTF8.self).split(separator: ", ")
        guard names.count == count else { return unclear }
        return .jails(names.compactMap { Jail($0) })
    }

    private func jailStatus() -> Answer {
        var (listed, total): (ArraySlice<UInt8>?, Int?)
        for line in lines {
            if let number = number("   |- Total banned:\t", line) { total = number }
            // `IP list` up to 0.8.
            if let list = value("   `- Banned IP list:\t", line) ?? value("   `- IP list:\t", line) { listed = list }
        }
        guard let listed, let total, lines[0].starts(with: "Status for the jail: ".utf8) else { return unclear }
        let banned = listed.split(separator: UInt8(ascii: " ")).compactMap { try? Address(utf8: $0) }
        return .status(banned: Set(banned), total: total)
    }

    private func value(_ label: StaticString, _ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var scanner = ByteScanner(line)
        return scanner.take(label) ? scanner.rest : nil
    }

    private func number(_ label: StaticString, _ line: ArraySlice<UInt8>) -> Int? {
        guard let value = value(label, line) else { return nil }
        var scanner = ByteScanner(value)
        guard let number = scanner.number(), scanner.isAtEnd else { return nil }
        return Answer.count(number)
    }
}

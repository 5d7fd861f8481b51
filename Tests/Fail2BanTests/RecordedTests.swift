import BanModel
import RealFail2Ban
import Testing

@testable import Fail2Ban

/// The parsers over everything that was recorded from a real fail2ban.
@Suite struct RecordedTests {
    private func lines(_ scenario: String) throws -> [(Int64, String)] {
        try Transcript(scenario).events.compactMap { event in
            guard case .line(let line) = event.content else { return nil }
            return (event.moment, line)
        }
    }

    private func records(_ scenario: String) throws -> [LogRecord] {
        var parser = LogParser(clock: .utc)
        return try lines(scenario).compactMap { moment, line in
            let parsed = parser.parse(Array(line.utf8)[...], readAt: Timestamp(microseconds: moment))
            guard case .record(let record) = parsed else { return nil }
            return record
        }
    }

    private func answers(_ scenario: String) throws -> [(Transcript.Answered, Answer)] {
        try Transcript(scenario).events.compactMap { event in
            guard case .answer(let answered) = event.content else { return nil }
            let words = answered.question.split(separator: " ").map(String.init)
            let question: Question =
                switch (words.first, words.count) {
                case ("status", 1): .jails
                case ("status", 2): .status(try jail(words[1]))
                case ("get", 3): .bantime(try jail(words[1]))
                default: .bans(try jail(words[1]))
                }
            let reply = ClientReply(
                status: answered.status, output: Array(answered.output.utf8), error: Array(answered.error.utf8))
            return (answered, reply.answer(to: question, clock: .utc))
        }
    }

    @Test(arguments: try Transcript.scenarios)
    func `every line about a ban is understood, and no other`(scenario: String) throws {
        var parser = LogParser(clock: .utc)
        var count = 0
        for (moment, line) in try lines(scenario) {
            let parsed = parser.parse(Array(line.utf8)[...], readAt: Timestamp(microseconds: moment))
            let matters =
                line.contains(/: NOTICE +\[\w+\] (Restore |Increase )?(Ban|Unban)\s/)
                || line.hasSuffix(" already banned")
                || line.contains(/INFO +Jail '\w+' (started|stopped)$/) || line.contains("INFO    Starting Fail2ban v")
                || line.contains("INFO    Shutdown in progress") || line.hasSuffix("INFO    Stopping all jails")
            if case .record(let record) = parsed {
                #expect(matters, "\(line)")
                #expect(record.time.microseconds <= moment)
                count += 1
            } else {
                #expect(!matters, "\(line)")
                #expect(parsed == .unrelated, "\(line)")
            }
        }
        #expect(count > 2)
    }

    @Test(arguments: try Transcript.scenarios)
    func `every answer is understood`(scenario: String) throws {
        let answers = try answers(scenario)
        #expect(answers.count > 5)
        for (answered, answer) in answers {
            switch answer {
            case .unclear, .impossible, .changed, .packetFilter: Issue.record("\(answered): \(answer)")
            case .notRunning, .noSuchJail: #expect(answered.status == 255)
            case .jails, .bantime, .bans, .status: #expect(answered.status == 0)
            }
        }
    }

    @Test func `a stop writes an Unban for every ban, and a start restores them`() throws {
        let sshd = try jail("sshd")
        let events = try records("restart").map(\.event)
        let stop = try #require(events.firstIndex(of: .serverStopping))
        let start = try #require(events.lastIndex(of: .serverStarting))
        for text in ["192.0.2.1", "192.0.2.2", "198.51.100.7", "2001:db8::1"] {
            let address = try address(text)
            #expect(events[..<stop].contains(.jail(sshd, .banned(address))))
            #expect(events[stop..<start].contains(.jail(sshd, .unbanned(address))))
            #expect(events[start...].contains(.jail(sshd, .restored(address))))
        }
    }

    @Test func `an increase tells the end that the list has`() throws {
        let sshd = try jail("sshd")
        let increases = try records("increment").compactMap { record -> (Address, Timestamp)? in
            guard case .jail(sshd, .increased(let address, let until)) = record.event else { return nil }
            return (address, until)
        }
        #expect(increases.count == 2)
        let listed = try answers("increment").flatMap { _, answer -> [ListedBan] in
            guard case .bans(let bans) = answer else { return [] }
            return bans
        }
        for (address, until) in increases {
            #expect(listed.contains { $0.address == address && $0.until == until })
        }
    }

    @Test func `a jail that has just started does not list what it will restore`() throws {
        let answers = try answers("restart-jail-slow").compactMap { _, answer -> (Int, Int)? in
            guard case .status(let banned, let total) = answer else { return nil }
            return (banned.count, total)
        }
        let full = try #require(answers.firstIndex { $0 == (4, 4) })
        #expect(answers[full...].contains { $0.0 < 4 && $0.1 == $0.0 })
        #expect(try #require(answers.last) == (4, 4))
    }

    @Test func `while a jail is stopped nobody is answered`() throws {
        let records = try records("restart-jail-slow")
        let sshd = try jail("sshd")
        let stopped = try #require(records.first { $0.event == .jail(sshd, .stopped) }).time
        let unbans = records.filter { if case .jail(_, .unbanned) = $0.event { true } else { false } }
        let first = try #require(unbans.first).time
        for event in try Transcript("restart-jail-slow").events {
            guard case .answer = event.content else { continue }
            let came = Timestamp(microseconds: event.moment)
            #expect(came < first || came > stopped)
        }
    }

    @Test func `a ban is prolonged without a word`() throws {
        let one = try address("192.0.2.1")
        let ends = try answers("prolonged").compactMap { _, answer -> Timestamp? in
            guard case .bans(let bans) = answer else { return nil }
            return bans.first { $0.address == one }?.until
        }
        #expect(Set(ends).count == 2)
        #expect(ends == ends.sorted())
        let said = try records("prolonged").filter {
            [.jail(try jail("sshd"), .banned(one)), .jail(try jail("sshd"), .bannedAlready(one))].contains($0.event)
        }
        #expect(said.count == 1)
    }

    @Test(arguments: [
        "X 1 L line", "T x L line", "T 1 Z line", "T 1", "T 1 Q status -> 0", "T 1 Q 2 status",
        "T 1 Q 2 status -> same",
        "| text",
    ])
    func `a transcript in another form is refused`(text: String) {
        #expect(throws: Transcript.Malformed.self) { try Transcript(text: text) }
    }
}

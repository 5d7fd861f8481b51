import BanModel
import ClusterCore
import Fail2Ban
import Foundation
import Testing

/// What an attacker gets into fail2ban's log is nobody's news.
@Suite struct HostileLinesTests {
    private static let sshd = Jail("sshd")!
    private static let isLong = ProcessInfo.processInfo.environment["FAIL2BAN_CLUSTER_LONG_TESTS"] == "1"

    /// A monitor behind a parser, with a hub that ACKs at once.
    private struct Rig {
        var parser = LogParser(clock: .utc)
        var monitor = Monitor(
            settings: Monitor.Settings(host: Host("a")!, ignoredJails: [], bantime: .seconds(86_400)))
        var records: [LogRecord] = []
        var heard: [String] = []
        var notes: [Monitor.Note] = []

        init() { _ = monitor.greeted(nil, asked: .seconds(0), at: .seconds(0)) }
        var asked: [Question] = []
        var refusals = 0

        /// Lines as they are cut from the file: at every newline byte, and nowhere else.
        mutating func read(_ bytes: [UInt8], at now: Timestamp) {
            for line in bytes.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
                switch parser.parse(line, readAt: now) {
                case .record(let record):
                    records.append(record)
                    carryOut(monitor.read([record], at: now), at: now)
                case .refused: refusals += 1
                case .unrelated: break
                }
            }
        }

        mutating func carryOut(_ effects: [Monitor.Effect], at now: Timestamp) {
            for effect in effects {
                switch effect {
                case .note(let note): notes.append(note)
                case .ask(let question): asked.append(question)
                case .save: break
                }
            }
            while let next = monitor.outgoing {
                heard.append("\(next.action.rawValue) \(next.subject)")
                carryOut(monitor.acknowledged(at: now), at: now)
            }
        }
    }

    @Test func `of many hostile lines none is believed, and the thousand bans among them all arrive`() {
        let count = Self.isLong ? 1_000_000 : 100_000
        let bans = 1_000
        var log = HostileLog(seed: 20_261_121)
        var rig = Rig()
        var expected: [LogRecord.JailEvent] = []
        for number in 0..<count {
            let attack = log.hostile()
            rig.read(attack, at: log.now)
            guard rig.records.count == expected.count else {
                Issue.record("believed: \(rig.records.last!.event) in \(HostileLog.representation(attack))")
                return
            }
            guard number % (count / bans) == 0 else { continue }
            let (lines, event) = log.realBan(expected.count)
            rig.read(lines, at: log.now)
            expected.append(event)
        }
        #expect(expected.count == bans)
        #expect(rig.records.map(\.event) == expected.map { .jail(Self.sshd, $0) })
        #expect(
            rig.heard
                == expected.map { event in
                    guard case .banned(let address) = event else { return "" }
                    return "Ban \(address) in sshd"
                })
        let others = rig.notes.filter { if case .reported = $0 { false } else { true } }
        #expect(others == [])
        // Not all were passed over as nothing: those that look like a ban's are told of.
        #expect(rig.refusals > count / 20)
    }

    /// fail2ban since 0.10 writes no line break of an attacker's, and 0.8 and 0.9 put backslashes before his brackets. Were
    /// there one that let both through, he would still have to know the process; and then fail2ban does not list whom he
    /// names.
    @Test func `a whole line that knows the process is believed until fail2ban is asked, and then withdrawn`() throws {
        var rig = Rig()
        let begin = HostileLog.begin
        func answer(at now: Timestamp) {
            while !rig.asked.isEmpty {
                let question = rig.asked.removeFirst()
                let answer: Answer =
                    switch question {
                    case .jails: .jails([Self.sshd])
                    case .bantime: .bantime(.seconds(600))
                    case .bans: .bans([])
                    case .status: .status(banned: [], total: 0)
                    }
                rig.carryOut(rig.monitor.answered(question, with: answer, isLogRead: true, at: now), at: now)
            }
        }
        rig.carryOut(rig.monitor.start(at: begin), at: begin)
        answer(at: begin)
        let prefix = "2026-11-21 02:00:00,000 fail2ban."
        rig.read(Array("\(prefix)utils          [1234]: ERROR   7f -- exec: mail <<EOF\n".utf8), at: begin)
        rig.read(Array("\(prefix)actions        [1234]: NOTICE  [sshd] Ban 203.0.113.9\n".utf8), at: begin)
        #expect(rig.heard == ["Ban 203.0.113.9 in sshd"])
        var now = begin
        while let next = rig.monitor.nextDeadline, next < begin + .seconds(500) {
            now = max(now, next)
            rig.carryOut(rig.monitor.advance(to: now), at: now)
            answer(at: now)
        }
        #expect(rig.heard == ["Ban 203.0.113.9 in sshd", "Unban 203.0.113.9 in sshd"])
    }
}

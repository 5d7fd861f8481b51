import BanModel
import ClusterCore
import RealFail2Ban
import Testing

/// The monitor's core, played what a real fail2ban wrote and answered.
@Suite struct ReplayTests {
    /// Behind the longest ban of the recordings, and two rounds of questions.
    private static let afterwards = Duration.seconds(700)
    /// A monitor that missed something knows what became of it after this: a jail that may be restoring has 70 s.
    private static let patience = Duration.seconds(80)
    private static let delays = [Duration.zero, .milliseconds(5), .milliseconds(500)]

    @Test func `every recorded scenario has its expectations`() throws {
        #expect(Scenario.all.map(\.name).sorted() == (try Transcript.scenarios))
    }

    @Test(arguments: Scenario.all, delays)
    func `the hub hears of every ban at once, and of its end on time`(scenario: Scenario, delay: Duration) throws {
        let recording = try Recording(scenario.name)
        for asks in [true, false] {
            let variation = Variation(delay: delay, asks: asks, bantime: asks ? .seconds(86_400) : scenario.bantime)
            var replay = Replay(recording, variation)
            replay.run(until: recording.end + Self.afterwards)
            var heard = replay.heard
            let bans = asks ? scenario.bans(in: recording) : scenario.bansByLogAlone(in: recording)
            #expect(bans.count >= 3)
            for ban in bans {
                let told = try #require(heard.firstIndex { $0.isBan && $0.subject == ban.subject }, "\(ban)")
                #expect(heard.remove(at: told).time <= ban.begins + delay, "\(variation): \(ban)")
                guard ban.fate != .permanent else { continue }
                let freed = try #require(
                    heard.firstIndex { !$0.isBan && $0.subject == ban.subject }, "\(variation): \(ban)")
                let unban = heard.remove(at: freed)
                #expect(unban.time >= ban.earliest, "\(variation): \(ban): \(unban)")
                #expect(unban.time <= ban.latest + delay, "\(variation): \(ban): \(unban)")
            }
            #expect(heard.isEmpty, "\(variation): \(heard)")
        }
    }

    @Test(arguments: Scenario.all)
    func `one question at a time frees nobody early and keeps nobody long`(scenario: Scenario) throws {
        let recording = try Recording(scenario.name)
        for delay in Self.delays { try play(scenario, recording, Variation(delay: delay, isSerial: true)) }
    }

    @Test(arguments: Scenario.all)
    func `a monitor that comes in the middle frees nobody early and keeps nobody long`(scenario: Scenario) throws {
        let recording = try Recording(scenario.name)
        for begins in recording.moments {
            for isSerial in [false, true] {
                let variation = Variation(isSerial: isSerial, begins: begins)
                let heard = try play(scenario, recording, variation)
                for ban in scenario.bans(in: recording) where recording.isListedAtEnd(ban.subject) {
                    let told = heard.first { $0.isBan && $0.subject == ban.subject }
                    #expect(told != nil, "\(variation): \(ban)")
                }
            }
        }
    }

    @Test(arguments: Scenario.all)
    func `a monitor killed between any two events frees nobody early and keeps nobody long`(scenario: Scenario) throws {
        let recording = try Recording(scenario.name)
        var undisturbed = Replay(recording)
        undisturbed.run(until: recording.end)
        #expect(undisturbed.events > 10)
        for event in 1...undisturbed.events {
            for (away, losesLast) in [(Duration.zero, false), (.zero, true), (.seconds(2), false)] {
                for asks in [true, false] {
                    try play(
                        scenario, recording,
                        Variation(
                            asks: asks, bantime: asks ? .seconds(86_400) : scenario.bantime, killedAfter: event,
                            away: away, losesLast: losesLast))
                }
            }
        }
    }

    /// Plays and checks what must hold however the monitor was disturbed.
    @discardableResult
    private func play(_ scenario: Scenario, _ recording: Recording, _ variation: Variation) throws -> [Heard] {
        var replay = Replay(recording, variation)
        replay.run(until: recording.end + Self.afterwards)
        let bans = variation.asks ? scenario.bans(in: recording) : scenario.bansByLogAlone(in: recording)
        for unban in replay.heard where !unban.isBan {
            let ban = try #require(
                bans.last { $0.subject == unban.subject && $0.line < unban.line }, "\(variation): \(unban)")
            #expect(unban.time >= ban.earliest, "\(variation): \(ban): \(unban)")
        }
        // Where nobody answers any more, a monitor that came late goes by the configured bantime, a day; and by the log
        // alone the minute in which an early `Unban` waits ends with the process.
        for ban in bans
        where ban.latest != .forever && (!variation.asks || recording.isAnsweredAtEnd(ban.subject.jail))
            && (variation.asks || ban.fate != .person)
        {
            let due = ban.latest + Self.patience + variation.away
            let last = replay.heard.last { $0.subject == ban.subject && $0.time <= due }
            #expect(last?.isBan != true, "\(variation): \(ban): still banned")
        }
        return replay.heard
    }
}

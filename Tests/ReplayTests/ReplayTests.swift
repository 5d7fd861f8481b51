import BanModel
import ClusterCore
import RealFail2Ban
import Testing

/// The monitor's core, played what a real fail2ban wrote and answered.
@Suite struct ReplayTests {
    @Test func `every recorded scenario has its expectations`() throws {
        #expect(Scenario.all.map(\.name).sorted() == (try Transcript.scenarios))
    }

    @Test(arguments: Scenario.all)
    func `the hub hears of every ban at once, and of its end on time`(scenario: Scenario) throws {
        let recording = try Recording(scenario.name)
        let bans = scenario.bans(in: recording)
        #expect(bans.count >= 3)
        var replay = Replay(recording)
        replay.run(until: recording.end + .seconds(700))
        var heard = replay.heard
        for ban in bans {
            let told = try #require(heard.firstIndex { $0.isBan && $0.subject == ban.subject }, "\(ban)")
            #expect(heard.remove(at: told).time <= ban.begins, "\(ban)")
            let freed = heard.firstIndex { !$0.isBan && $0.subject == ban.subject }
            guard ban.fate != .permanent else { continue }
            let unban = heard.remove(at: try #require(freed, "\(ban)"))
            #expect(unban.time >= ban.earliest, "\(ban) \(unban)")
            #expect(unban.time <= ban.latest, "\(ban) \(unban)")
        }
        #expect(heard.isEmpty, "\(heard)")
    }
}

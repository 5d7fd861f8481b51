import BanModel
import ClusterProtocol
import Testing

@testable import AdministrationCommands

@Suite struct FindingTests {
    @Test func `findings are a table, with the remedy below`() {
        let findings = [
            Finding("configuration", .ok, "t.conf, as host web1"), .clock(.seconds(3)),
            .targetJail(Jail("fail2bancluster")!, running: []),
        ]
        #expect(
            Finding.text(of: findings) == """
                CHECK                 RESULT   FOUND
                configuration         ok       t.conf, as host web1
                clock                 warning  the hub's is 3.000 s ahead of this host's
                                               → let chrony, ntpd or systemd-timesyncd set both
                                               clocks
                jail fail2bancluster  failed   does not run: nothing can be banned into it
                                               → install fail2ban/jail.d/fail2bancluster.conf
                                               into /etc/fail2ban/jail.d, then: fail2ban-client
                                               reload
                """)
        #expect(
            Finding.document(of: [.clock(.zero)])
                == #"[{"check":"clock","found":"the hub's is 0.000 s ahead of this host's","result":"ok"}]"#)
    }

    @Test(arguments: [(0, Finding.Verdict.ok), (2_000, .ok), (2_001, .warning), (-2_000, .ok), (-2_001, .warning)])
    func `clocks that differ by more than two seconds are warned of`(milliseconds: Int, verdict: Finding.Verdict) {
        #expect(Finding.clock(.milliseconds(milliseconds)).verdict == verdict)
    }

    @Test(arguments: [
        (Answer.jails([]), Finding.Verdict.ok), (.notRunning("x"), .failed), (.unclear("x"), .failed),
        (.impossible("x"), .failed),
    ]) func `fail2ban answers, or there is something to do`(answer: Answer, verdict: Finding.Verdict) {
        let finding = Finding.fail2ban(answer)
        #expect(finding.verdict == verdict)
        #expect((finding.remedy == nil) == (verdict == .ok))
    }

    @Test(arguments: [
        (Answer.packetFilter([:]), Finding.Verdict.ok), (.packetFilter(nil), .warning), (.unclear("x"), .failed),
        (.impossible("x"), .failed),
    ]) func `nft answers, or there is something to do`(answer: Answer, verdict: Finding.Verdict) {
        let finding = Finding.packetFilter(answer)
        #expect(finding.verdict == verdict)
        #expect((finding.remedy == nil) == (verdict == .ok))
    }

    @Test func `a daemon that does not run is missed where no other runs`() {
        #expect(Finding.daemon("fail2ban-monitor", process: 7, isNeeded: true).verdict == .ok)
        #expect(Finding.daemon("fail2ban-monitor", process: nil, isNeeded: false).verdict == .warning)
        #expect(Finding.daemon("fail2ban-monitor", process: nil, isNeeded: true).verdict == .failed)
    }

    @Test func `a token that is asked for matters to those who report`() throws {
        let refusal = StatusReply.refusal(HubRefusal(.later, "a token is asked for"))
        let (without, with) = (
            try setup(""), try setup("[monitor]\nzmqreplyserver = tcp://a:1\nauth = true\nauthtoken = x")
        )
        #expect(HubInspection.token(refusal, without, reports: false).verdict == .warning)
        #expect(HubInspection.token(refusal, without, reports: true).verdict == .failed)
        #expect(HubInspection.token(refusal, with, reports: false).verdict == .failed)
        let status = HubStatus(
            epoch: 1, sequence: 0, reports: 0, bans: 0, time: start, store: "disk full", monitors: [], subscribers: [])
        #expect(HubInspection.token(.status(status), with, reports: true).verdict == .ok)
        #expect(HubInspection.store(.status(status))?.verdict == .failed)
        #expect(HubInspection.store(refusal) == nil)
    }
}

import BanModel
import ClusterCore
import Testing

/// A's ban prolonged silently by fail2ban: B follows.
@Suite struct ProlongingTests {
    /// B by the hub's word alone, as a subscriber decides: banned until then; nil: free.
    private func bannedUntil(_ both: Together) -> Timestamp? {
        both.hub.hub.reports.filter { $0.state.isLive(at: both.hub.now) }.map(\.state.until).max()
    }

    @Test(arguments: [1.0, 250, 500, 590, 597])
    func `schedule 3: what fail2ban prolongs without a line lasts as long on B, which never frees it`(moment: Double) {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 600], total: 1)
        both.monitor.begin()
        both.talk()
        both.wait(until: moment)
        both.talk()
        both.monitor.fail2ban = running(["198.51.100.1": 900], total: 1)
        for second in stride(from: moment, to: 899, by: 0.5) {
            both.wait(until: second)
            both.talk()
            #expect(both.hub.banned == ["198.51.100.1"], "at \(second)")
        }
        #expect(bannedUntil(both) == .at(901))
        both.monitor.fail2ban = running([:], total: 1)
        both.wait(until: 902)
        both.talk()
        #expect(both.hub.banned == [])
        #expect(both.hub.broadcasts.count == 2)
    }

    @Test func `schedule 3: what is prolonged in its last seconds is found soon after them, not at the next sweep`() {
        var both = Together()
        both.monitor.fail2ban = running(["198.51.100.1": 700], total: 1)
        both.monitor.begin()
        both.talk()
        both.wait(until: 699.5)
        both.talk()
        both.monitor.fail2ban = running(["198.51.100.1": 900], total: 1)
        both.wait(until: 702)
        both.talk()
        #expect(both.hub.banned == [], "no answer said so before the end")
        both.wait(until: 706)
        both.talk()
        #expect(both.hub.banned == ["198.51.100.1"])
        #expect(bannedUntil(both) == .at(901))
    }

    @Test func `an end whose line was read is not asked about`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["198.51.100.1": 600], total: 1)
        rig.begin()
        rig.wait(until: 599.9)
        rig.fail2ban = nil
        rig.line(.unbanned(address("198.51.100.1")), at: 600)
        rig.asked = []
        rig.wait(until: 615)
        #expect(rig.asked == [])
    }
}

import BanModel
import ClusterCore
import Testing

@Suite struct HubTests {
    private func announcement(_ text: String, _ action: Announcement.Action = .ban) -> Announcement {
        Announcement(Host("a")!, ssh(text), action)
    }

    @Test func `without tokens everybody is taken, with a token or none`() {
        var hub = Hub(tokens: nil)
        #expect(hub.take(announcement("192.0.2.1"), token: nil) == .accepted)
        #expect(hub.take(announcement("192.0.2.1"), token: "any") == .accepted)
    }

    @Test(arguments: [nil, "", "wrong", "secre", "secret "])
    func `with tokens only those count`(token: String?) {
        var hub = Hub(tokens: ["secret", "other"])
        #expect(hub.take(announcement("192.0.2.1"), token: token) == .refused(.token))
        #expect(hub.take(announcement("192.0.2.1"), token: "secret") == .accepted)
        #expect(hub.take(announcement("192.0.2.1"), token: "other") == .accepted)
    }

    @Test(arguments: ["0.0.0.0/0", "127.0.0.1", "::1", "10.0.0.0/8"])
    func `what may never be banned is refused, and its lift is not`(text: String) {
        var hub = Hub(tokens: nil)
        guard case .refused(.neverBanned) = hub.take(announcement(text), token: nil) else {
            Issue.record("taken")
            return
        }
        #expect(hub.take(announcement(text, .unban), token: nil) == .accepted)
    }

    @Test(arguments: ["203.0.113.5", "203.0.113.0/24"])
    func `schedule 29: the hub's own address, and a network around it, is refused by everybody`(text: String) {
        let own = [address("203.0.113.5")]
        var hub = Hub(tokens: nil, ignored: own)
        guard case .refused(.neverBanned) = hub.take(announcement(text), token: nil) else {
            Issue.record("taken")
            return
        }
        #expect(hub.take(announcement("203.0.113.6"), token: nil) == .accepted)

        var settings = MonitorRig.settings
        settings.ignored = own
        var rig = MonitorRig(settings: settings)
        rig.fail2ban = running([text: 600, "203.0.113.6": 600], total: 2)
        rig.begin()
        rig.line(.banned(address(text)), at: 1)
        #expect(rig.heard == ["Ban 203.0.113.6"])

        var subscriber = Subscriber(
            settings: Subscriber.Settings(
                host: Host("b")!, target: .same, prefixFilter: "", ignored: own, bantime: .seconds(600)))
        let effects = subscriber.heard(announcement(text), at: start)
        #expect(!effects.contains { if case .act = $0 { true } else { false } })
    }
}

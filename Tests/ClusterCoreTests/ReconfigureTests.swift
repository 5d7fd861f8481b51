import BanModel
import ClusterCore
import Testing

/// Settings that change while a machine runs.
@Suite struct ReconfigureTests {
    private let jail = Jail("fail2bancluster")!

    private func settings(prefix: String = "", ignored: [Address] = []) -> Subscriber.Settings {
        Subscriber.Settings(
            host: Host("b")!, target: .own(jail), prefixFilter: prefix, ignored: ignored, bantime: .seconds(86_400))
    }

    private func acts(_ effects: [Subscriber.Effect]) -> [Instruction] {
        effects.compactMap { if case .act(.instruct(let instruction)) = $0 { instruction } else { nil } }
    }

    /// One that holds a ban of each of these, reported by the host before the slash.
    private func subscriber(holding reports: [String]) -> Subscriber {
        var rig = SubscriberRig()
        for report in reports {
            let parts = report.split(separator: "/", maxSplits: 1)
            rig.hear(String(parts[1]), .ban, from: String(parts[0]))
            rig.answer(.changed(1))
        }
        rig.wait(2)
        return rig.subscriber
    }

    @Test(arguments: ["198.51.100.1", "198.51.100.0/28"])
    func `schedule 32: who is exempt from now on is freed, and banned again when he no longer is`(exempt: String) {
        var subscriber = subscriber(holding: ["a/198.51.100.1", "a/198.51.100.99"])
        let effects = subscriber.reconfigure(settings(ignored: [address(exempt)]), at: .at(10))
        #expect(acts(effects) == [.unban(jail, [address("198.51.100.1")])])
        _ = subscriber.done(with: .changed(1), at: .at(11))
        #expect(acts(subscriber.reconfigure(settings(), at: .at(12))) == [.ban(jail, [address("198.51.100.1")])])
    }

    @Test func `schedule 32: a network around somebody who is exempt from now on is freed`() {
        var subscriber = subscriber(holding: ["a/198.51.100.0/24"])
        let effects = subscriber.reconfigure(settings(ignored: [address("198.51.100.1")]), at: .at(10))
        #expect(effects.contains(.act(.ask(.status(jail)))))
        let network = address("198.51.100.0/24")
        let freed = subscriber.done(with: .status(banned: [network], total: 1), at: .at(11))
        #expect(acts(freed) == [.unban(jail, [network])])
    }

    @Test func `schedule 32: while fail2ban is at work the change waits for it, and is not lost`() {
        var subscriber = Subscriber(settings: settings())
        let ban = Announcement(Host("a")!, ssh("198.51.100.1"), .ban)
        #expect(acts(subscriber.heard(ban, at: .at(0))).count == 1)
        #expect(acts(subscriber.reconfigure(settings(ignored: [address("198.51.100.1")]), at: .at(1))) == [])
        let effects = subscriber.done(with: .changed(1), at: .at(2))
        #expect(acts(effects) == [.unban(jail, [address("198.51.100.1")])])
    }

    @Test func `schedule 31: what a new prefix filter passes over is freed, and what it lets through stays`() {
        var subscriber = subscriber(holding: ["a/198.51.100.1", "c/198.51.100.1", "c/198.51.100.2"])
        let effects = subscriber.reconfigure(settings(prefix: "a|"), at: .at(10))
        #expect(acts(effects) == [.unban(jail, [address("198.51.100.2")])])
        _ = subscriber.done(with: .changed(1), at: .at(11))
        let lift = Announcement(Host("a")!, ssh("198.51.100.1"), .unban)
        #expect(acts(subscriber.heard(lift, at: .at(12))) == [.unban(jail, [address("198.51.100.1")])])
        #expect(subscriber.replicaSnapshot(at: .at(13)).allSatisfy { $0.state.isLifted })
    }

    @Test func `a monitor withdraws what may not be reported any more, and asks for what may`() {
        var rig = MonitorRig()
        rig.begin()
        for text in ["198.51.100.1", "198.51.100.2"] { rig.line(.banned(address(text)), at: 1) }
        var settings = MonitorRig.settings
        settings.ignored = [address("198.51.100.1")]
        rig.carryOut(rig.monitor.reconfigure(settings, at: .at(5)))
        #expect(rig.heard == ["Ban 198.51.100.1", "Ban 198.51.100.2", "Unban 198.51.100.1"])
        settings.ignoredJails.insert(sshd)
        rig.carryOut(rig.monitor.reconfigure(settings, at: .at(6)))
        #expect(rig.heard.last == "Unban 198.51.100.2")
        rig.answerAll(running([:], total: 2))
        rig.carryOut(rig.monitor.reconfigure(MonitorRig.settings, at: .at(7)))
        #expect(rig.asked.contains(.jails))
    }

    @Test func `a hub asks for the new tokens from the next request on`() {
        var rig = HubRig(HubRig.settings(tokens: ["old"]))
        #expect(rig.say(.ban, "198.51.100.1", token: "old") == nil)
        #expect(rig.hub.reconfigure(HubRig.settings(tokens: ["new"]), at: rig.now) == Hub.Outcome())
        #expect(rig.say(.ban, "198.51.100.1", token: "old")?.verdict == .later)
        #expect(rig.say(.ban, "198.51.100.1", token: "new") == nil)
    }
}

import BanModel
import ClusterCore
import Testing

/// What an administrator asks of the hub.
@Suite struct HubStatusTests {
    private func names(_ peers: [PeerStatus]) -> [String] { peers.map { "\($0.host)" } }

    private func progress(_ obeyed: UInt64, epoch: UInt64 = 7) -> CopyProgress {
        CopyProgress(epoch: epoch, held: obeyed, obeyed: obeyed)
    }

    // MARK: status

    @Test func `a hub that has heard nobody knows of nothing`() {
        let rig = HubRig()
        #expect(
            rig.hub.status(store: "ok", at: rig.now)
                == HubStatus(
                    epoch: 7, sequence: 0, reports: 0, bans: 0, time: rig.now, store: "ok", monitors: [],
                    subscribers: []))
    }

    @Test func `reports are what is kept, bans the addresses that are banned now`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1"), report("198.51.100.1", jail: Jail("nginx")!), report("198.51.100.2")])
        rig.report([report("198.51.100.3", lifted: true)])
        var status = rig.hub.status(store: "ok", at: rig.now)
        #expect([status.reports, status.bans, Int(status.sequence)] == [4, 2, 4])
        rig.wait(until: 601)
        status = rig.hub.status(store: "disk full", at: rig.now)
        #expect([status.reports, status.bans] == [0, 0])
        #expect(status.store == "disk full")
    }

    @Test func `a monitor is one that reports or says hello with an instance, in either form`() throws {
        var rig = HubRig()
        rig.say(.ban, "198.51.100.1", host: "old")
        rig.report([report("198.51.100.2", host: "new")], as: "new")
        _ = try rig.greet("greeted")
        _ = rig.hub.greet(
            Host("asks")!, nil, token: nil, longestRequest: 4096, reportsPerRequest: 10, at: rig.now)
        var person = report("198.51.100.3", host: "person")
        person.origin.source = .person
        rig.report([person], as: "person")
        #expect(names(rig.hub.status(store: "ok", at: rig.now).monitors) == ["greeted", "new", "old"])
    }

    @Test func `who is refused was not heard`() {
        var rig = HubRig(HubRig.settings(tokens: ["secret"]))
        rig.say(.ban, "198.51.100.1", token: "wrong")
        rig.report([report("198.51.100.1")], token: "wrong")
        #expect(throws: HubRefusal.self) { try rig.greet(token: "wrong") }
        #expect(rig.hub.status(store: "ok", at: rig.now).monitors == [])
    }

    @Test func `a silent monitor may well be there, a silent subscriber is not`() {
        var rig = HubRig()
        rig.say(.ban, "198.51.100.1")
        rig.hub.note(progress(1), from: Host("b")!, at: rig.now)
        func connected(_ seconds: Double) -> [Bool?] {
            let status = rig.hub.status(store: "ok", at: .at(seconds))
            return (status.monitors + status.subscribers).map(\.isConnected)
        }
        #expect(connected(0) == [true, true])
        #expect(connected(89) == [true, true])
        #expect(connected(90) == [nil, false])
        // The hub's clock was set back: nobody was heard since.
        #expect(connected(-1) == [nil, false])
    }

    @Test func `a subscriber's lag is what it has not obeyed, and unknown in another epoch`() {
        var rig = HubRig()
        rig.report((1...5).map { report("198.51.100.\($0)") })
        for (host, word) in [
            ("behind", progress(2)), ("future", progress(6)), ("level", progress(5)), ("other", progress(5, epoch: 6)),
        ] {
            rig.hub.note(word, from: Host(host)!, at: rig.now)
        }
        let subscribers = rig.hub.status(store: "ok", at: rig.now).subscribers
        #expect(names(subscribers) == ["behind", "future", "level", "other"])
        #expect(subscribers.map(\.lag) == [3, nil, 0, nil])
        #expect(subscribers[3].progress?.epoch == 6)
    }

    @Test func `names are forgotten after a week, and never so many that they fill the memory`() {
        var rig = HubRig()
        for number in 0..<12_000 {
            rig.hub.note(progress(0), from: Host("made-up-\(number)")!, at: .at(Double(number)))
        }
        let known = rig.hub.status(store: "ok", at: .at(12_000)).subscribers
        #expect((4_000...5_000).contains(known.count))
        #expect(known.allSatisfy { $0.seen > .at(6_999) })
        rig.hub.note(progress(0), from: Host("b")!, at: .at(12_000 + 7 * 86_400 - 10))
        #expect(names(rig.hub.status(store: "ok", at: .at(12_000 + 7 * 86_400)).subscribers) == ["b"])
    }

    // MARK: show

    private let desk = Host("desk")!

    private func shown(_ account: AddressAccount) -> [String] {
        account.entries.map { entry in
            let report = entry.report
            return "\(entry.sequence) \(report.state.isLifted ? "lifted" : "banned") \(report.origin.host)"
                + " \(report.subject.jail) \(report.subject.address)"
        }
    }

    @Test func `an address is shown with the networks around it, lifted reports, and who has obeyed`() {
        var rig = HubRig()
        rig.report([report("198.51.100.0/24"), report("198.51.100.8", version: 2), report("198.51.100.9", version: 3)])
        rig.report([report("198.51.100.8", version: 4, lifted: true, host: "b")], as: "b")
        rig.report([report("198.51.0.0/16", version: 5), report("203.0.113.0/24", version: 6)])
        rig.report([report("198.51.100.8", version: 7)])
        rig.hub.note(progress(4), from: Host("c")!, at: rig.now)
        let account = rig.hub.account(of: address("198.51.100.8"), for: desk, at: rig.now)
        #expect(
            shown(account) == [
                "7 banned a sshd 198.51.100.8", "5 banned a sshd 198.51.0.0/16", "1 banned a sshd 198.51.100.0/24",
                "4 lifted b sshd 198.51.100.8",
            ])
        #expect([account.epoch, account.latest] == [7, 7])
        #expect(account.obeyed == [AddressAccount.Obeyed(host: Host("c")!, epoch: 7, sequence: 4)])
        #expect(shown(rig.hub.account(of: address("198.51.100.0/24"), for: desk, at: rig.now)).count == 2)
        #expect(shown(rig.hub.account(of: address("192.0.2.1"), for: desk, at: rig.now)) == [])
    }

    @Test func `what was on disk came before the first change`() {
        var rig = HubRig()
        rig.hub.restore([report("198.51.100.1")])
        rig.heard(rig.hub.start(at: rig.now))
        rig.report([report("198.51.100.2")])
        #expect(
            shown(rig.hub.account(of: address("198.51.100.1"), for: desk, at: rig.now)) == [
                "0 banned a sshd 198.51.100.1"
            ])
        #expect(
            shown(rig.hub.account(of: address("198.51.100.2"), for: desk, at: rig.now)) == [
                "1 banned a sshd 198.51.100.2"
            ])
    }

    @Test func `what came before all that is remembered came no later than that`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1")])
        for part in 0..<101 {
            rig.report((0..<1_000).map { report("10.\(part).\($0 / 250).\($0 % 250)") })
        }
        #expect(rig.hub.account(of: address("198.51.100.1"), for: desk, at: rig.now).entries.map(\.sequence) == [1_001])
    }

    @Test func `an address that everybody reports makes no endless answer, and the asker's own word is in it`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1", version: -9, lifted: true, host: "desk")], as: "desk")
        for number in 0..<1_500 { rig.report([report("198.51.100.1", host: "h\(number)")], as: "h\(number)") }
        let account = rig.hub.account(of: address("198.51.100.1"), for: desk, at: rig.now)
        #expect(account.entries.count == 1_000)
        #expect(shown(account).first == "1 lifted desk sshd 198.51.100.1")
    }

    // MARK: pardon

    @Test func `a pardon lifts what everybody said of exactly this address, and peers of the old form hear it`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1"), report("198.51.100.2"), report("198.51.100.0/24")])
        rig.report([report("198.51.100.1", host: "b", jail: Jail("nginx")!)], as: "b")
        let before = rig.hub.sequence
        let outcome = rig.heard(rig.hub.pardon(address("198.51.100.1"), token: nil, at: rig.now))
        #expect(outcome.refusal == nil)
        #expect(outcome.news.map(\.origin.host.name) == ["b", "a"])
        #expect(outcome.news.allSatisfy { $0.state.isLifted && $0.state.version == start.microseconds + 1 })
        #expect(rig.hub.sequence == before + 2)
        #expect(rig.broadcasts.suffix(2) == ["a|sshd|Unban|198.51.100.1", "b|nginx|Unban|198.51.100.1"])
        #expect(rig.banned == ["198.51.100.2", "198.51.100.0/24"])
        // Once more, there is nothing to lift.
        #expect(rig.hub.pardon(address("198.51.100.1"), token: nil, at: rig.now) == Hub.Outcome())
        #expect(rig.hub.pardon(address("192.0.2.1"), token: nil, at: rig.now) == Hub.Outcome())
    }

    @Test func `a monitor that tells its pardoned ban once more changes nothing, a new one counts`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1", version: 5)])
        rig.heard(rig.hub.pardon(address("198.51.100.1"), token: nil, at: rig.now))
        #expect(rig.report([report("198.51.100.1", version: 5)]).news == [])
        #expect(rig.banned == [])
        rig.report([report("198.51.100.1", version: 6)])
        #expect(rig.banned == ["198.51.100.1"])
    }

    @Test
    func `schedule 37: one clock ahead, another behind: what the hub holds is lifted, whatever comes later counts`() {
        var rig = HubRig()
        let (ahead, behind) = (3_600_000_000 as Int64, -3_600_000_000 as Int64)
        rig.report([report("198.51.100.1", version: ahead, until: 9_000)])
        rig.report([report("198.51.100.1", version: behind, until: 9_000, host: "b")], as: "b")
        rig.heard(rig.hub.pardon(address("198.51.100.1"), token: nil, at: rig.now))
        #expect(rig.banned == [])
        // An attack before the pardon, told after it.
        rig.report([report("198.51.100.1", version: behind + 1, until: 9_000, host: "b")], as: "b")
        #expect(rig.banned == ["198.51.100.1"])
        rig.heard(rig.hub.pardon(address("198.51.100.1"), token: nil, at: rig.now))
        rig.report([report("198.51.100.1", version: ahead + 1, until: 9_000)])
        #expect(rig.banned == ["198.51.100.1"])
    }

    @Test func `who has no token pardons nobody`() {
        var rig = HubRig(HubRig.settings(tokens: ["secret"]))
        rig.report([report("198.51.100.1")], token: "secret")
        let outcome = rig.heard(rig.hub.pardon(address("198.51.100.1"), token: "wrong", at: rig.now))
        #expect(outcome.refusal?.verdict == .later)
        #expect(rig.banned == ["198.51.100.1"])
    }
}

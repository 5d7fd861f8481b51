import BanModel
import Testing

@testable import ClusterCore

/// What administrators allow is banned by nobody, and nothing else is spared.
@Suite struct AllowlistTests {
    private func allow(
        _ text: String, version: Int64 = 1, until seconds: Double? = nil, lifted: Bool = false, host: String = "a"
    ) -> Report {
        var allowance = report(
            text, version: version, until: seconds, lifted: lifted, host: host, jail: Allowance.jail)
        allowance.origin.source = .allow
        return allowance
    }

    // MARK: The index

    /// Allowed, judged, and what spares it.
    @Test(arguments: [
        "192.0.2.1 192.0.2.1 192.0.2.1", "192.0.2.1 192.0.2.2 -", "192.0.2.1 192.0.2.0/24 192.0.2.1",
        "192.0.2.0/24 192.0.2.9 192.0.2.0/24", "192.0.2.0/24 192.0.2.128/25 192.0.2.0/24",
        "192.0.2.128/25 192.0.2.0/24 192.0.2.128/25", "192.0.2.0/24 192.0.3.1 -",
        "2001:db8::/32 2001:db8::1 2001:db8::/32", "2001:db8::1 2001:db8::/48 2001:db8::1", "::1:1 0.1.0.1 -",
    ])
    func `what overlaps with what is allowed is spared`(line: String) {
        let words = line.split(separator: " ").map(String.init)
        var list = Allowlist()
        #expect(list.allowed(address(words[1]), at: start) == nil)
        list.note(allow(words[0]).state, of: allow(words[0]).key)
        #expect(list.allowed(address(words[1]), at: start) == (words[2] == "-" ? nil : address(words[2])))
    }

    @Test func `it holds while one of several says so`() {
        var list = Allowlist()
        func judged(_ seconds: Double) -> Bool { list.allowed(address("192.0.2.1"), at: .at(seconds)) != nil }
        list.note(allow("192.0.2.1", until: 60).state, of: allow("192.0.2.1").key)
        list.note(allow("192.0.2.1", until: 30, host: "b").state, of: allow("192.0.2.1", host: "b").key)
        #expect([0, 59, 60].map(judged) == [true, true, false])
        list.note(allow("192.0.2.1", lifted: true).state, of: allow("192.0.2.1").key)
        #expect([0, 29, 30].map(judged) == [true, true, false])
        list.note(nil, of: allow("192.0.2.1", host: "b").key)
        #expect([0, 29].map(judged) == [false, false])
    }

    // MARK: The hub

    @Test func `peers of the old form hear that an allowed address is free, and that it is not allowed any more`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1"), report("198.51.100.0/24"), report("198.51.100.2")])
        rig.broadcasts = []
        rig.report([allow("198.51.100.1", host: "b")], as: "b")
        #expect(rig.broadcasts == ["a|sshd|Unban|198.51.100.0/24", "a|sshd|Unban|198.51.100.1"])
        rig.broadcasts = []
        rig.report([report("198.51.100.1", version: 2)])
        #expect(rig.broadcasts == [])
        _ = rig.heard(rig.hub.pardon(address("198.51.100.1"), allowances: true, token: nil, at: rig.now))
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.0/24", "a|sshd|Ban|198.51.100.1"])
    }

    @Test func `an end gives it back`() {
        var rig = HubRig()
        rig.report([allow("198.51.100.1", until: 60, host: "b")], as: "b")
        rig.report([report("198.51.100.1")])
        #expect(rig.broadcasts == [])
        rig.wait(until: 59)
        #expect(rig.broadcasts == [])
        rig.wait(until: 61)
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.1"])
    }

    @Test func `what is allowed for ever outlasts maxbantime, and a restart`() {
        var rig = HubRig()
        rig.report([allow("198.51.100.1", host: "b")], as: "b")
        rig.wait(until: 400 * 86_400)
        #expect(rig.hub.count == 1)
        var next = Hub(settings: HubRig.settings(), epoch: 8)
        next.restore(Array(rig.hub.reports))
        _ = next.start(at: rig.now)
        #expect(next.objection(against: address("198.51.100.1"), at: rig.now) == "it is allowed")
    }

    @Test func `a pardon lifts no allowance, and the reverse`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1")])
        rig.report([allow("198.51.100.1", host: "b")], as: "b")
        #expect(rig.hub.pardon(address("198.51.100.1"), token: nil, at: rig.now).news.map(\.origin.source) == [.log])
        let disallowed = rig.hub.pardon(address("198.51.100.1"), allowances: true, token: nil, at: rig.now)
        #expect(disallowed.news.map(\.origin.source) == [.allow])
    }

    @Test func `no slip allows half of the world, and no list grows for ever`() {
        var rig = HubRig()
        let outcome = rig.report([allow("0.0.0.0/1"), allow("10.0.0.0/8"), allow("127.0.0.1"), allow("::/0")])
        #expect(outcome.except.keys.sorted() == [0, 3])
        #expect(outcome.except[0]?.verdict == .never)
        let many = (0..<Allowance.limit).map { allow("198.\($0 / 65536 + 18).\($0 / 256 % 256).\($0 % 256)") }
        #expect(rig.report(many).except.values.map(\.verdict) == [.later, .later])
        let networks = (0..<Allowance.networkLimit).map { allow("198.\($0 / 256 + 18).\($0 % 256).0/24", host: "b") }
        var other = HubRig()
        #expect(other.report([allow("10.0.0.0/8")]).except.isEmpty)
        #expect(other.report(networks, as: "b").except.values.map(\.verdict) == [.later])
        // What was disallowed has lost its place.
        rig.report([allow("198.18.0.0", version: 2, lifted: true), allow("203.0.113.1")])
        #expect(rig.report([allow("198.18.0.0", version: 3)]).except[0]?.verdict == .later)
        // Said again, it is no other.
        #expect(rig.report([allow("10.0.0.0/8", version: 2)]).except.isEmpty)
    }

    @Test func `it is no ban, and no monitor's word`() throws {
        var rig = HubRig()
        rig.report([allow("198.51.100.1")])
        #expect(rig.broadcasts == [])
        let status = rig.hub.status(store: "ok", at: rig.now)
        #expect([status.bans, status.reports, status.monitors.count] == [0, 1, 0])
        #expect(try rig.greet("a").version == 0)
    }

    // MARK: The subscriber

    /// One that bans what it should, at once.
    private func obey(_ rig: inout SubscriberRig) { while rig.obey() != nil {} }

    private func hear(_ reports: [Report], _ rig: inout SubscriberRig, _ sequence: UInt64 = 1) {
        rig.now = rig.now + .milliseconds(1)
        rig.carryOut(rig.subscriber.heard(reports, from: 0, epoch: 7, sequence: sequence, at: rig.now))
    }

    @Test func `what is banned already is freed at once, networks around it too, and nothing else`() {
        var rig = SubscriberRig()
        hear([report("198.51.100.1"), report("198.51.100.0/24"), report("198.51.100.2"), report("203.0.113.1")], &rig)
        obey(&rig)
        #expect(rig.held(in: own).count == 4)
        hear([allow("198.51.100.1")], &rig)
        // A network is freed only while it is listed as one, so that is asked first.
        for _ in 0..<4 {
            if case .ask(.status)? = rig.acts.first {
                rig.answer(.status(banned: rig.held(in: own), total: rig.held(in: own).count))
            } else {
                _ = rig.obey()
            }
        }
        #expect(rig.acts == [])
        #expect(rig.held(in: own) == [address("198.51.100.2"), address("203.0.113.1")])
    }

    @Test func `an address whose network fail2ban frees without it is freed by itself`() {
        var rig = SubscriberRig()
        hear([report("198.51.100.1"), report("198.51.100.0/24"), report("198.51.100.2")], &rig)
        obey(&rig)
        hear([allow("198.51.100.0/24", host: "b")], &rig, 2)
        var instructions: [Subscriber.Act] = []
        while let act = rig.acts.first {
            if case .ask(.status) = act {
                rig.answer(.status(banned: rig.held(in: own), total: 3))
            } else {
                instructions.append(act)
                _ = rig.obey()
            }
        }
        #expect(instructions == [unban("198.51.100.0/24"), unban("198.51.100.1", "198.51.100.2")])
        #expect(rig.held(in: own) == [])
    }

    @Test func `a ban that comes later is none, without a hub too, until nobody allows it any more`() {
        var rig = SubscriberRig()
        hear([allow("198.51.100.1", until: 60)], &rig)
        hear([report("198.51.100.1"), report("198.51.100.0/25"), report("198.51.100.7")], &rig)
        #expect(rig.acts == [ban("198.51.100.7")])
        obey(&rig)
        // The host is started anew, and there is no hub.
        rig.restart()
        obey(&rig)
        #expect(rig.held(in: own) == [address("198.51.100.7")])
        rig.wait(until: 61)
        obey(&rig)
        #expect(rig.held(in: own).count == 3)
    }

    @Test func `who is allowed and banned by nobody is no news`() {
        var rig = SubscriberRig()
        hear([allow("198.51.100.1")], &rig)
        #expect(rig.notes == [])
        hear([report("198.51.100.1")], &rig, 2)
        #expect(rig.notes.count == 1)
    }

    @Test(arguments: [Subscriber.Settings.Target.same, .own(own)])
    func `a network that is allowed spares all that is in it`(target: Subscriber.Settings.Target) {
        var rig = SubscriberRig(target)
        hear([allow("198.51.100.0/24"), report("198.51.100.1"), report("198.51.0.0/16")], &rig)
        #expect(rig.acts == [])
        hear([allow("198.51.100.0/24", version: 2, lifted: true)], &rig)
        #expect(!rig.acts.isEmpty)
    }

    @Test func `the packet filter is told nothing of it`() {
        var rig = SubscriberRig(.packetFilter)
        rig.carryOut(rig.subscriber.start(at: rig.now))
        rig.answer(.packetFilter([:]))
        hear([allow("198.51.100.1"), report("198.51.100.1"), report("198.51.100.0/24"), report("198.51.100.7")], &rig)
        guard case .changePacketFilter(let change)? = rig.acts.first else {
            Issue.record("\(rig.acts)")
            return
        }
        #expect(change.addresses.map(\.address) == [address("198.51.100.7")])
        #expect(change.networks ?? [] == [])
    }

    @Test func `a prefix filter for an old hub passes over no allowance`() {
        var rig = SubscriberRig(prefix: "a|sshd|")
        hear([allow("198.51.100.1")], &rig)
        rig.restart()
        rig.hear("198.51.100.1", .ban)
        rig.hear("198.51.100.2", .ban)
        #expect(rig.acts == [ban("198.51.100.2")])
    }

    @Test func `who allows an address is not who had it banned`() {
        var rig = SubscriberRig()
        hear([report("198.51.100.1")], &rig)
        obey(&rig)
        hear([allow("198.51.100.1", host: "z")], &rig)
        #expect(rig.subscriber.ledger[Subject(own, address("198.51.100.1"))]?.host == Host("a"))
    }

    /// In whatever order all of this comes, it comes to the same.
    @Test func `the order of reports changes nothing`() {
        let all = [
            allow("198.51.100.1"), report("198.51.100.1"), report("198.51.100.0/24"), report("198.51.100.2"),
            allow("198.51.100.1", version: 2, lifted: true, host: "a"), allow("198.51.100.2", host: "c"),
        ]
        var results: Set<Set<Address>> = []
        for seed in 0..<60 {
            var generator = SystemRandomNumberGenerator()
            var rig = SubscriberRig(.log)
            rig.writes = true
            for report in seed == 0 ? all : all.shuffled(using: &generator) { hear([report], &rig) }
            results.insert(Set(rig.bannedLines.map(address)))
        }
        #expect(results == [[address("198.51.100.1")]])
    }
}

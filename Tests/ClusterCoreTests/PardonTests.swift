import BanModel
import ClusterCore
import Testing

/// What a pardon does on the host whose own fail2ban had banned.
@Suite struct PardonTests {
    /// This host's report of its own ban, or the pardon of it.
    private func word(isPardoned: Bool, version: Int64 = 1) -> Report {
        var own = report("192.0.2.1", version: version, host: "b")
        (own.state.isLifted, own.state.isPardoned) = (isPardoned, isPardoned)
        return own
    }

    private func hear(_ report: Report, _ sequence: UInt64, _ rig: inout SubscriberRig) {
        rig.carryOut(rig.subscriber.heard([report], from: 0, epoch: 7, sequence: sequence, at: rig.now))
    }

    @Test(arguments: [Subscriber.Settings.Target.own(own), .same])
    func `a pardon frees what this host's own fail2ban has banned`(target: Subscriber.Settings.Target) {
        var rig = SubscriberRig(target)
        hear(word(isPardoned: false), 1, &rig)
        #expect(rig.acts == [], "its own word is nothing to do")
        hear(word(isPardoned: true), 2, &rig)
        #expect(rig.answer(.changed(1)) == unban("192.0.2.1", in: sshd))
        // Heard again, it does nothing more; and what fail2ban bans later stays.
        hear(word(isPardoned: true), 2, &rig)
        hear(word(isPardoned: false, version: 2), 3, &rig)
        rig.restart()
        #expect(rig.acts == [])
    }

    @Test func `a pardon that a crash cut short is carried out after it`() {
        var rig = SubscriberRig()
        hear(word(isPardoned: true), 1, &rig)
        rig.restart()
        #expect(rig.answer(.unclear("killed")) == unban("192.0.2.1", in: sshd))
        rig.wait(2)
        #expect(rig.answer(.changed(1)) == unban("192.0.2.1", in: sshd))
        rig.restart()
        #expect(rig.acts == [])
    }

    @Test func `same: what fail2ban had banned before us is freed by a pardon alone`() {
        var rig = SubscriberRig(.same)
        rig.hear("192.0.2.1", .ban)
        rig.answer(.changed(0))
        rig.hear("192.0.2.1", .unban)
        #expect(rig.acts == [])
        hear(word(isPardoned: true), 1, &rig)
        #expect(rig.acts == [unban("192.0.2.1", in: sshd)])
    }

    @Test func `a lift of its own, another host's pardon, and one of what a person said free nothing here`() {
        var rig = SubscriberRig()
        var lifted = word(isPardoned: false, version: 2)
        lifted.state.isLifted = true
        hear(lifted, 1, &rig)
        var others = word(isPardoned: true)
        others.origin.host = Host("c")!
        hear(others, 2, &rig)
        var person = word(isPardoned: true)
        person.origin.source = .person
        hear(person, 3, &rig)
        #expect(rig.acts == [])
    }

    @Test func `the same version merges to the pardon, in any order`() {
        var pardoned = word(isPardoned: true).state
        let banned = word(isPardoned: false).state
        #expect(banned.merged(with: pardoned) == pardoned)
        #expect(pardoned.merged(with: banned) == pardoned)
        var lifted = banned
        lifted.isLifted = true
        #expect(lifted.merged(with: pardoned) == pardoned)
        #expect(pardoned.merged(with: lifted) == pardoned)
        pardoned.version -= 1
        #expect(pardoned.merged(with: banned) == banned)
    }
}

import BanModel
import ClusterCore
import Testing

@Suite struct KeyringTests {
    private static func key(_ number: UInt8) -> PublicKey { PublicKey(bytes: Array(repeating: number, count: 32)) }
    private static let web = Client(name: "web1", host: Host("web1")!, roles: [.report, .subscribe])
    private static let now = Timestamp.seconds(1_800_000_000)
    private static let (own, fresh, guest) = (key(1), key(2), key(3))

    private static func ring(
        _ clients: [PublicKey: Client] = [:], usedBy: PublicKey? = nil, expires: Timestamp = now + .seconds(1)
    ) -> Keyring {
        Keyring(
            clients: clients, invitations: [guest: Invitation(client: web, expires: expires, usedBy: usedBy)])
    }

    @Test func `a guest is let in to enrol, and for nothing else, until the invitation expires`() {
        let ring = Self.ring()
        #expect(ring.client(Self.guest, at: Self.now)?.roles == [.enrol])
        #expect(ring.client(Self.guest, at: Self.now)?.host == Self.web.host)
        #expect(ring.client(Self.guest, at: Self.now + .seconds(1)) == nil)
        #expect(ring.client(Self.fresh, at: Self.now) == nil)
    }

    /// A reply that was lost, a hub that was killed between its two files, somebody else with the same code.
    @Test(arguments: [
        (ring(), fresh, "enrol"),
        (ring([fresh: web]), fresh, "enrol"),
        (ring([fresh: web], usedBy: fresh), fresh, "is enrolled"),
        (ring([fresh: web], usedBy: fresh), own, "used already"),
        (ring([fresh: web]), own, "a key of web1 already"),
        (ring(usedBy: fresh), fresh, "taken away since"),
        (ring(usedBy: fresh), own, "used already"),
        (ring(expires: now), fresh, "no such invitation"),
        (ring([own: Client(name: "db1", host: Host("db1")!, roles: [.report])]), own, "belongs to db1"),
        (Keyring(), fresh, "no such invitation"),
    ])
    func `an invitation is worth one key, as often as that asks`(ring: Keyring, key: PublicKey, outcome: String) {
        switch ring.enrol(key, invitedBy: Self.guest, at: Self.now) {
        case .enrol(let client):
            #expect(outcome == "enrol")
            #expect(client == Self.web)
        case .isEnrolled: #expect(outcome == "is enrolled")
        case .refused(let refusal):
            #expect(refusal.reason.contains(outcome))
            #expect(refusal.verdict == .never)
        }
    }

    @Test func `whoever is taken away, or may not listen any more, is to be cut off`() {
        var silent = Self.web
        silent.roles = [.report]
        let old = Self.ring([Self.own: Self.web, Self.fresh: Self.web])
        #expect(old.revoked(by: old) == [])
        #expect(old.revoked(by: Keyring(clients: [Self.own: Self.web])) == [Self.fresh])
        #expect(old.revoked(by: Keyring(clients: [Self.own: silent, Self.fresh: Self.web])) == [Self.own])
        #expect(Keyring().revoked(by: old) == [])
    }
}

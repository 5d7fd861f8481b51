public import BanModel

/// Whom a hub knows by their keys, and whom it has invited.
public struct Keyring: Hashable, Sendable {
    private var clients: [PublicKey: Client]
    private var invitations: [PublicKey: Invitation]

    public init(clients: [PublicKey: Client] = [:], invitations: [PublicKey: Invitation] = [:]) {
        self.clients = clients
        self.invitations = invitations
    }

    /// How many clients there are, the hub itself among them.
    public var count: Int { clients.count }

    /// Who it is; nil: nobody that is known now.
    public func client(_ key: PublicKey, at now: Timestamp) -> Client? {
        if let client = clients[key] { return client }
        guard let invitation = invitations[key], now < invitation.expires else { return nil }
        var guest = invitation.client
        guest.roles = [.enrol]
        return guest
    }

    /// Those whose connections must end now that only `new` holds: they may not come in any more, or not listen.
    public func revoked(by new: Keyring) -> Set<PublicKey> {
        // Whoever was invited hears nothing, and each question of his is looked at anew.
        Set(
            clients.lazy.filter { key, client in
                new.clients[key].map { client.mayListen && !$0.mayListen } ?? true
            }.map(\.key))
    }

    /// What comes of a host that has been invited and shows its own key.
    public enum Enrolment: Hashable, Sendable {
        /// It becomes this client, and the invitation is used.
        case enrol(Client)
        /// It is one already: its reply was lost.
        case isEnrolled
        case refused(HubRefusal)
    }

    /// - Parameters:
    ///   - guest: the invitation's key, by which it has come.
    ///   - key: its own.
    public func enrol(_ key: PublicKey, invitedBy guest: PublicKey, at now: Timestamp) -> Enrolment {
        guard let invitation = invitations[guest], now < invitation.expires else {
            return .refused(HubRefusal(.never, "there is no such invitation, or no more: ask for a new one"))
        }
        let client = invitation.client
        if let usedBy = invitation.usedBy {
            guard usedBy == key else {
                return .refused(
                    HubRefusal(.never, "the invitation of \(client.name) is used already: ask for a new one"))
            }
            guard clients[key] == nil else { return .isEnrolled }
            return .refused(
                HubRefusal(.never, "the key of \(client.name) has been taken away since: ask for a new invitation"))
        }
        if let known = clients[key] {
            guard known == client else {
                return .refused(HubRefusal(.never, "this key belongs to \(known.name) already: make a new one"))
            }
            return .enrol(client)
        }
        guard !clients.values.contains(where: { $0.name == client.name }) else {
            return .refused(HubRefusal(.never, "there is a key of \(client.name) already: it must be taken away first"))
        }
        return .enrol(client)
    }
}

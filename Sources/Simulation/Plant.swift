/// A fault that is put into the simulated shells on purpose: the invariants must find it.
public enum Plant: String, CaseIterable, Sendable {
    /// Of two states of one version, a copy takes the one that came later.
    case equalVersionReplaces = "equal-version-replaces"
    /// The monitor saves how far it has read before the hub has ACKed what was read.
    case positionBeforeAck = "position-before-ack"
    /// The subscriber writes the ledger after the act.
    case ledgerAfterAct = "ledger-after-act"
    /// The hub ACKs before the disk has it.
    case ackBeforeCommit = "ack-before-commit"
    /// A copy that syncs drops what the hub lacks.
    case syncDrops = "sync-drops"
    /// A hub does not look at the signatures of what friends tell.
    case uncheckedSignatures = "unchecked-signatures"
    /// A hub does not hear how far its twin trusts its friends.
    case unheardTwin = "unheard-twin"
    /// A hub that missed something of a friend's does not ask for it.
    case unaskedFriend = "unasked-friend"

    public var stage: Stage {
        switch self {
        case .equalVersionReplaces, .positionBeforeAck, .ledgerAfterAct, .ackBeforeCommit, .syncDrops: .hosts
        case .uncheckedSignatures, .unheardTwin, .unaskedFriend: .friends
        }
    }
}

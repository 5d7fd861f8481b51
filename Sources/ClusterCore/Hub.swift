package import BanModel

/// What the hub takes and what it refuses.
package struct Hub: Sendable {
    package enum Verdict: Hashable, Sendable {
        /// ACKed and broadcast.
        case accepted
        case refused(Refusal)
    }

    package enum Refusal: Hashable, Sendable {
        case token
        case neverBanned(Address, reason: String)
    }

    /// nil: no token is asked for.
    private let tokens: Set<String>?

    package init(tokens: Set<String>?) { self.tokens = tokens }

    package mutating func take(_ announcement: Announcement, token: String?) -> Verdict {
        if let tokens, !tokens.contains(token ?? "") { return .refused(.token) }
        if announcement.action == .ban, let reason = NeverBanned.reason(announcement.subject.address) {
            return .refused(.neverBanned(announcement.subject.address, reason: reason))
        }
        return .accepted
    }
}

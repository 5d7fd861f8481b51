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
    private var tokens: Set<String>?
    /// Never taken, nor is a network that holds one of them.
    private var ignored: [Address]

    package init(tokens: Set<String>?, ignored: [Address] = []) {
        self.tokens = tokens
        self.ignored = ignored
    }

    /// From the next request on.
    package mutating func reconfigure(tokens: Set<String>?, ignored: [Address]) {
        self.tokens = tokens
        self.ignored = ignored
    }

    package mutating func take(_ announcement: Announcement, token: String?) -> Verdict {
        if let tokens, !tokens.contains(token ?? "") { return .refused(.token) }
        if announcement.action == .ban, let reason = NeverBanned.reason(announcement.subject.address, ignored: ignored)
        {
            return .refused(.neverBanned(announcement.subject.address, reason: reason))
        }
        return .accepted
    }
}

internal import BanModel

/// Whose words a subscriber bans by: not its own fail2ban's, which has banned already, and only what the filter lets
/// through. What a person says by hand on this host its fail2ban has not done.
struct WordFilter {
    let host: Host
    /// See ``Subscriber/Settings/prefixFilter``.
    let prefix: String

    func counts(_ claim: ReportTable.Claim, on address: Address) -> Bool {
        let origin = claim.origin
        guard origin.source != .allow, !origin.isOwn(host) || origin.source == .person else { return false }
        guard !prefix.isEmpty else { return true }
        return Announcement(origin.voice, Subject(claim.jail, address), .ban).description.hasPrefix(prefix)
    }
}

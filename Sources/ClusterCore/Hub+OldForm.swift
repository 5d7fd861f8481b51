internal import BanModel

/// What peers of the old form are told: nothing but bans and unbans.
extension Hub {
    /// A report has come: what peers of the old form are to hear of it.
    mutating func tell(_ report: Report, at now: Timestamp) -> [Announcement] {
        let address = report.subject.address
        let voice = Voice(host: report.origin.host, jail: report.subject.jail)
        if isBanned(address, by: voice, at: now) {
            guard told[address, default: []].insert(voice).inserted else { return [] }
            return [Announcement(voice.host, report.subject, .ban)]
        }
        // Who vouches for it otherwise keeps it banned.
        guard !isBanned(address, at: now) else { return [] }
        return silence(address, and: report.state.isLifted ? voice : nil)
    }

    /// Something about the address has changed other than by a report of it.
    mutating func retell(_ address: Address, at now: Timestamp) -> [Announcement] {
        isBanned(address, at: now) ? [] : silence(address, and: nil)
    }

    /// Nobody vouches for it any more: everybody's word is taken back.
    private mutating func silence(_ address: Address, and voice: Voice?) -> [Announcement] {
        let silenced = (told.removeValue(forKey: address) ?? []).union(voice.map { [$0] } ?? [])
        return silenced.sorted().map { Announcement($0.host, Subject($0.jail, address), .unban) }
    }

    /// Whether anybody, or this voice, vouches for a ban of it; nobody can, for an address that may not be banned.
    private func isBanned(_ address: Address, by voice: Voice? = nil, at now: Timestamp) -> Bool {
        guard reason(against: address) == nil else { return false }
        return table.claims(on: address).contains { claim in
            guard voice == nil || voice == Voice(host: claim.origin.host, jail: claim.jail) else { return false }
            return isLive(claim.state, at: now)
        }
    }
}

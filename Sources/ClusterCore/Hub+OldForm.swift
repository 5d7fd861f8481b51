internal import BanModel

/// What peers of the old form are told: nothing but bans and unbans.
///
/// Whom they believe to ban an address, the reports on it say (``ReportTable/isTold(at:)``), and ``toldOtherwise``.
extension Hub {
    /// Who bans, as they know it: they hear of no sources.
    struct Voice: Hashable, Comparable, Sendable {
        private let origin: Origin
        let jail: Jail

        init(_ origin: Origin, in jail: Jail) {
            // Of all that is not told them, nothing makes another voice of it.
            let foreign = origin.foreign.map { Origin.Foreign(cluster: $0.cluster, friend: $0.cluster) }
            (self.origin, self.jail) = (Origin(host: origin.host, foreign: foreign), jail)
        }

        init(_ claim: ReportTable.Claim) { self.init(claim.origin, in: claim.jail) }

        /// As they are told of it.
        var host: Host { origin.voice }

        func isBehind(_ claim: ReportTable.Claim) -> Bool {
            claim.jail == jail && claim.origin.host == origin.host
                && claim.origin.foreign?.cluster == origin.foreign?.cluster
        }

        static func < (left: Voice, right: Voice) -> Bool {
            (left.host, left.jail) < (right.host, right.jail)
        }
    }

    /// A report has come: what peers of the old form are to hear of it.
    mutating func tell(_ report: Report, at now: Timestamp) -> [Announcement] {
        let address = report.subject.address
        let voice = Voice(report.origin, in: report.subject.jail)
        if let place = ban(of: address, by: voice, at: now) {
            guard !isTold(address, of: voice) else { return [] }
            tell(at: place, of: address)
            return [Announcement(voice.host, report.subject, .ban)]
        }
        // Who vouches for it otherwise keeps it banned.
        guard ban(of: address, by: nil, at: now) == nil else { return [] }
        return silence(address, and: report.state.isLifted && report.origin.foreign == nil ? voice : nil)
    }

    /// Something about the address has changed other than by a report of it.
    mutating func retell(_ address: Address, at now: Timestamp) -> [Announcement] {
        ban(of: address, by: nil, at: now) == nil ? silence(address, and: nil) : []
    }

    /// What may be banned of it has changed: whoever is allowed is banned by nobody, and whoever is not any more, is again.
    mutating func retellOverlapping(_ address: Address, at now: Timestamp) -> [Announcement] {
        let told = table.addresses(overlapping: address).union(toldOtherwise.keys.filter { $0.overlaps(address) })
        return told.sorted().flatMap { address in
            guard objection(against: address, at: now) == nil else { return retell(address, at: now) }
            let bans = table.claims(on: address).map {
                Report(origin: $0.origin, subject: Subject($0.jail, address), state: $0.state, way: $0.way)
            }
            return bans.filter { isBan($0, at: now) }.sorted { $0.key < $1.key }.flatMap { tell($0, at: now) }
        }
    }

    /// The report there is one that they are told of.
    mutating func tell(at place: ReportTable.Place, of address: Address) {
        if !isTold(address, of: nil) { toldAddresses += 1 }
        table.tell(at: place, true)
    }

    /// They are to hear of this voice's ban anew.
    mutating func untell(_ address: Address, of voice: Voice) {
        guard isTold(address, of: voice) else { return }
        for (place, claim) in told(of: address) where voice.isBehind(claim) { table.tell(at: place, false) }
        if toldOtherwise[address]?.remove(voice) != nil, toldOtherwise[address]?.isEmpty == true {
            toldOtherwise[address] = nil
        }
        if !isTold(address, of: nil) { toldAddresses -= 1 }
    }

    /// Takes a report out that need not be remembered; that they were told of it is.
    mutating func forget(_ report: Report, at place: ReportTable.Place) {
        if table.isTold(at: place) {
            let voice = Voice(report.origin, in: report.subject.jail)
            toldOtherwise[report.subject.address, default: []].insert(voice)
        }
        table.remove(at: place)
    }

    /// Every address that they believe to be banned.
    var toldOf: Set<Address> {
        Set(table.allRows.lazy.filter(\.row.isTold).map(\.row.address)).union(toldOtherwise.keys)
    }

    /// Nobody vouches for it any more: everybody's word is taken back.
    private mutating func silence(_ address: Address, and voice: Voice?) -> [Announcement] {
        let told = told(of: address)
        let others = toldOtherwise.removeValue(forKey: address) ?? []
        if !(told.isEmpty && others.isEmpty) { toldAddresses -= 1 }
        for (place, _) in told { table.tell(at: place, false) }
        let silenced = others.union(told.map { Voice($0.claim) }).union(voice.map { [$0] } ?? [])
        return silenced.sorted().map { Announcement($0.host, Subject($0.jail, address), .unban) }
    }

    /// How far a friend is trusted has changed: what is banned now and was not, and what is not any more.
    mutating func retellAll(at now: Timestamp) -> [Announcement] {
        let foreign = Set(table.reports.lazy.filter { $0.origin.foreign != nil }.map(\.subject.address))
        return foreign.sorted().flatMap { retellOverlapping($0, at: now) }
    }

    /// Where somebody, or this voice, vouches for a ban of it; nil for an address that may not be banned, or where all
    /// that vouch for it together are not believed enough.
    func ban(of address: Address, by voice: Voice?, at now: Timestamp) -> ReportTable.Place? {
        guard objection(against: address, at: now) == nil else { return nil }
        var found: ReportTable.Place?
        var isSure = false
        table.search(address) { place, claim in
            let report = Report(origin: claim.origin, subject: Subject(claim.jail, address), state: claim.state)
            guard isBan(report, at: now), voice?.isBehind(claim) ?? true else { return false }
            found = place
            isSure = claim.isSure
            return isSure
        }
        guard found != nil, !isSure else { return found }
        return table.end(of: address, reaching: settings.threshold, at: now) { _ in true } == nil ? nil : found
    }

    /// Whether they believe that this voice, or any, bans the address.
    private func isTold(_ address: Address, of voice: Voice?) -> Bool {
        if let others = toldOtherwise[address], voice.map({ others.contains($0) }) ?? true { return true }
        var isTold = false
        table.search(address) { place, claim in
            isTold = table.isTold(at: place) && voice?.isBehind(claim) ?? true
            return isTold
        }
        return isTold
    }

    private func told(of address: Address) -> [(place: ReportTable.Place, claim: ReportTable.Claim)] {
        var told: [(place: ReportTable.Place, claim: ReportTable.Claim)] = []
        table.search(address) { place, claim in
            if table.isTold(at: place) { told.append((place, claim)) }
            return false
        }
        return told
    }
}

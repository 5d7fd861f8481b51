internal import BanModel

/// Reports by the address that they are about, what each origin's come to, and the digests of their buckets.
struct ReportTable: Sendable {
    /// One origin's word on an address.
    struct Claim: Sendable {
        var origin: Origin
        var jail: Jail
        var state: Report.State
    }

    /// What one origin's reports come to.
    struct Summary: Sendable {
        /// The highest of those that were in the table since it last had none of this origin's.
        var version: Version = 0
        var digest = ReportDigest()
        var count = 0

        /// - Parameter version: the new one's.
        mutating func replace(_ old: ReportDigest?, by new: ReportDigest?, _ version: Version) {
            if let old {
                digest.remove(old)
                count -= 1
            }
            if let new {
                digest.add(new)
                count += 1
            }
            self.version = max(self.version, version)
        }
    }

    /// By bucket, and there by address.
    private var shards: [[Address: [Claim]]] = Array(repeating: [:], count: ReportBuckets.count)
    private var origins: [Origin: Summary] = [:]
    private(set) var buckets = ReportBuckets()
    private(set) var count = 0

    func claims(on address: Address) -> [Claim] { shards[ReportBuckets.index(of: address)][address] ?? [] }

    /// How many reports a host's sources together have on an address.
    func count(of host: Host, on address: Address) -> Int {
        claims(on: address).reduce(0) { $1.origin.host == host ? $0 + 1 : $0 }
    }

    /// Whether there is anything in this bucket.
    func holds(_ bucket: Int) -> Bool { !shards[bucket].isEmpty }

    func summary(of origin: Origin) -> Summary { origins[origin] ?? Summary() }

    /// Every report, in no order.
    var reports: KeptReports { KeptReports(shards: shards) }

    /// Every report of one bucket, in the order of their keys.
    func reports(in bucket: Int) -> [Report] {
        shards[bucket].flatMap { (address, claims) in
            claims.map { Report(origin: $0.origin, subject: Subject($0.jail, address), state: $0.state) }
        }.sorted { $0.key < $1.key }
    }

    /// Those of these origins in one bucket, in the order of their keys.
    func reports(of wanted: [Origin], in bucket: Int) -> [Report] {
        var found: [Report] = []
        for (address, claims) in shards[bucket] {
            for claim in claims where wanted.contains(claim.origin) {
                found.append(Report(origin: claim.origin, subject: Subject(claim.jail, address), state: claim.state))
            }
        }
        return found.sorted { $0.key < $1.key }
    }

    /// As the buckets tell it: reckoned anew only where that differs.
    private static func withPardon(_ report: Report, _ digest: ReportDigest) -> ReportDigest {
        report.state.isPardoned ? ReportDigest(of: report, tellsPardons: true) : digest
    }

    subscript(key: ReportKey) -> Report.State? {
        get { claims(on: key.subject.address).first { $0.isOf(key) }?.state }
        set {
            let address = key.subject.address
            let shard = ReportBuckets.index(of: address)
            let known = Self.replace(key, by: newValue, in: &shards[shard][address, default: []])
            if newValue == nil, shards[shard][address]?.isEmpty == true { shards[shard][address] = nil }
            guard known != nil || newValue != nil else { return }
            let removed = known.map { ReportDigest(of: key.report($0)) }
            let added = newValue.map { ReportDigest(of: key.report($0)) }
            if let known, let removed {
                buckets.remove(Self.withPardon(key.report(known), removed), from: shard)
            }
            if let newValue, let added { buckets.add(Self.withPardon(key.report(newValue), added), to: shard) }
            count += (added == nil ? 0 : 1) - (removed == nil ? 0 : 1)
            origins[key.origin, default: Summary()].replace(removed, by: added, newValue?.version ?? 0)
            if added == nil, origins[key.origin]?.count == 0 { origins[key.origin] = nil }
        }
    }

    /// Returns what was there before.
    private static func replace(
        _ key: ReportKey, by new: Report.State?, in claims: inout [Claim]
    ) -> Report.State? {
        let known = claims.firstIndex { $0.isOf(key) }.map { claims.remove(at: $0).state }
        if let new { claims.append(Claim(origin: key.origin, jail: key.subject.jail, state: new)) }
        return known
    }

    /// Merges one report. Returns what is known then, where that is news.
    mutating func merge(_ report: Report) -> Report.State? {
        let known = self[report.key]
        let merged = known?.merged(with: report.state) ?? report.state
        guard merged != known else { return nil }
        self[report.key] = merged
        return merged
    }
}

extension ReportTable.Claim {
    fileprivate func isOf(_ key: ReportKey) -> Bool { origin == key.origin && jail == key.subject.jail }
}

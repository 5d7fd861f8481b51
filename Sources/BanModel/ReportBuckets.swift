/// The digests of reports in 1,024 buckets: two tables that are alike but for a few reports differ in a few buckets.
public struct ReportBuckets: Hashable, Sendable {
    public static let count = 1024

    public private(set) var digests: [ReportDigest]

    /// - Parameter digests: as many as there are buckets.
    public init(digests: [ReportDigest]) {
        precondition(digests.count == Self.count)
        self.digests = digests
    }

    public init() { digests = Array(repeating: ReportDigest(), count: Self.count) }

    public mutating func add(_ report: Report) {
        add(ReportDigest(ofCopy: report), to: Self.index(of: report.subject.address))
    }

    /// Reports that belong into this bucket and are not in it; with ``ReportDigest/init(ofCopy:)``.
    public mutating func add(_ digest: ReportDigest, to bucket: Int) { digests[bucket].add(digest) }

    public mutating func remove(_ digest: ReportDigest, from bucket: Int) { digests[bucket].remove(digest) }

    /// All that these count, and those.
    public static func + (left: ReportBuckets, right: ReportBuckets) -> ReportBuckets {
        var sum = left
        for (bucket, digest) in right.digests.enumerated() { sum.digests[bucket].add(digest) }
        return sum
    }

    /// Where the reports on an address belong.
    public static func index(of address: Address) -> Int { Int(address.spread >> 54) }
}

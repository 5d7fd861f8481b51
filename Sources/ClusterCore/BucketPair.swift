internal import BanModel

/// The buckets of one table in the two ways in which others compare them.
struct BucketPair: Sendable {
    private(set) var copied = ReportBuckets()
    private var ways = ReportBuckets()
    var whole: ReportBuckets { copied + ways }

    mutating func add(_ digests: ReportVoice.Digests, of address: Address) {
        let bucket = ReportBuckets.index(of: address)
        copied.add(digests.copied, to: bucket)
        if let way = digests.way { ways.add(way, to: bucket) }
    }

    mutating func remove(_ digests: ReportVoice.Digests, of address: Address) {
        let bucket = ReportBuckets.index(of: address)
        copied.remove(digests.copied, from: bucket)
        if let way = digests.way { ways.remove(way, from: bucket) }
    }
}

package import BanModel

/// Every report of a table, in no order, as the table was when it was asked.
///
/// A type of its own, so that other rooms go through it without a detour: most of the 1,024 buckets of a small table are
/// empty, and those cost next to nothing here.
package struct KeptReports: Sequence, Sendable {
    let shards: [[Address: [ReportTable.Claim]]]

    package struct Iterator: IteratorProtocol {
        private let shards: [[Address: [ReportTable.Claim]]]
        private var shard = 0
        private var addresses: Dictionary<Address, [ReportTable.Claim]>.Iterator?
        private var current: (address: Address, claims: [ReportTable.Claim])?
        private var claim = 0

        init(_ shards: [[Address: [ReportTable.Claim]]]) { self.shards = shards }

        package mutating func next() -> Report? {
            while true {
                if let (address, claims) = current, claim < claims.count {
                    let found = claims[claim]
                    claim += 1
                    return Report(origin: found.origin, subject: Subject(found.jail, address), state: found.state)
                }
                if let (address, claims) = addresses?.next() {
                    (current, claim) = ((address, claims), 0)
                    continue
                }
                while shard < shards.count, shards[shard].isEmpty { shard += 1 }
                guard shard < shards.count else { return nil }
                addresses = shards[shard].makeIterator()
                shard += 1
            }
        }
    }

    package func makeIterator() -> Iterator { Iterator(shards) }
}

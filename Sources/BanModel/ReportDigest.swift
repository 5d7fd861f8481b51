/// A number that is equal for equal sets of reports, in whatever order they came (docs/protocol.md, "Digests").
///
/// It finds differences between honest peers; it is no signature.
public struct ReportDigest: Hashable, Sendable {
    /// The sum of the reports' own numbers, without overflow.
    public private(set) var value: UInt64 = 0

    public init() {}

    public init(value: UInt64) { self.value = value }

    /// Of one report.
    ///
    /// A pardon is the same as another lift: a monitor, which compares with its hub, forgets in time what was a pardon.
    public init(of report: Report) {
        self.init(Beginning(report.origin, report.subject.jail), report.subject.address, report.state)
    }

    /// Of one report as copies compare it: a pardon is not the same as another lift, and what it is worth counts.
    public init(ofCopy report: Report) {
        let beginning = Beginning(report.origin, report.subject.jail)
        self.init(beginning, report.subject.address, report.state, copyOf: report.way?.trust)
    }

    /// Of one report whose beginning is known.
    public init(_ beginning: Beginning, _ address: Address, _ state: Report.State) {
        value = mixed(beginning.hash(address, state, tellsPardons: false).value)
    }

    /// As ``init(ofCopy:)``.
    public init(_ beginning: Beginning, _ address: Address, _ state: Report.State, copyOf trust: Trust?) {
        var hash = beginning.hash(address, state, tellsPardons: true)
        if let trust { hash.add(Int64(trust.millionths)) }
        value = mixed(hash.value)
    }

    /// What a report adds to a twin's digest for the clusters through which it came.
    ///
    /// - Parameter copy: the report's number as ``init(ofCopy:)`` gives it.
    public init(_ hops: Hops, behind copy: ReportDigest) {
        var hash = hops.start
        hash.add(Int64(bitPattern: copy.value))
        value = mixed(hash.value)
    }

    public mutating func add(_ report: Report) { value &+= ReportDigest(of: report).value }

    /// Of reports that are none of these.
    public mutating func add(_ other: ReportDigest) { value &+= other.value }

    /// Of reports that are all among these.
    public mutating func remove(_ other: ReportDigest) { value &-= other.value }

    /// The clusters through which reports came, reckoned once.
    public struct Hops: Hashable, Sendable {
        fileprivate let start: FowlerNollVo

        public init(_ hops: [Cluster]) {
            var hash = FowlerNollVo()
            for hop in hops { hash.add(hop.id) }
            start = hash
        }
    }

    /// What all reports of an origin in a jail begin with, reckoned once.
    public struct Beginning: Hashable, Sendable {
        private let start: FowlerNollVo

        public init(_ origin: Origin, _ jail: Jail) {
            var hash = FowlerNollVo()
            if let foreign = origin.foreign {
                hash.add(foreign.cluster.id)
                hash.add(foreign.friend.id)
            }
            hash.add(origin.host.name)
            hash.add(origin.source.rawValue)
            hash.add(jail.name)
            start = hash
        }

        fileprivate func hash(_ address: Address, _ state: Report.State, tellsPardons: Bool) -> FowlerNollVo {
            var hash = start
            hash.add(address)
            hash.add(tellsPardons && state.isPardoned ? "pardoned" : state.isLifted ? "lifted" : "banned")
            hash.add(state.version)
            hash.add(state.until.microseconds)
            hash.add(state.forget.microseconds)
            return hash
        }
    }
}

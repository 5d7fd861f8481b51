/// A number that is equal for equal sets of reports, in whatever order they came (docs/protocol.md, "Digests").
///
/// It finds differences between honest peers; it is no signature.
package struct ReportDigest: Hashable, Sendable {
    /// The sum of the reports' own numbers, without overflow.
    package private(set) var value: UInt64 = 0

    package init() {}

    package init(value: UInt64) { self.value = value }

    /// Of one report.
    ///
    /// A pardon is the same as another lift: a monitor, which compares with its hub, forgets in time what was a pardon.
    package init(of report: Report) {
        self.init(Beginning(report.origin, report.subject.jail), report.subject.address, report.state)
    }

    /// Of one report as copies compare it: a pardon is not the same as another lift, and what it is worth counts.
    package init(ofCopy report: Report) {
        let beginning = Beginning(report.origin, report.subject.jail)
        self.init(beginning, report.subject.address, report.state, copyOf: report.way?.trust)
    }

    /// Of one report whose beginning is known.
    package init(_ beginning: Beginning, _ address: Address, _ state: Report.State) {
        value = mixed(beginning.hash(address, state, tellsPardons: false).value)
    }

    /// As ``init(ofCopy:)``.
    package init(_ beginning: Beginning, _ address: Address, _ state: Report.State, copyOf trust: Trust?) {
        var hash = beginning.hash(address, state, tellsPardons: true)
        if let trust { hash.add(Int64(trust.millionths)) }
        value = mixed(hash.value)
    }

    package mutating func add(_ report: Report) { value &+= ReportDigest(of: report).value }

    /// Of reports that are none of these.
    package mutating func add(_ other: ReportDigest) { value &+= other.value }

    /// Of reports that are all among these.
    package mutating func remove(_ other: ReportDigest) { value &-= other.value }

    /// What all reports of an origin in a jail begin with, reckoned once.
    package struct Beginning: Hashable, Sendable {
        private let start: FowlerNollVo

        package init(_ origin: Origin, _ jail: Jail) {
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

        /// FNV-1a over the report's fields; to be mixed, so that sums of similar reports do not look alike.
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

private struct FowlerNollVo: Hashable {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { take(byte) }
        take(0)
    }

    /// As its text.
    mutating func add(_ address: Address) {
        address.forEachByte { take($0) }
        take(0)
    }

    mutating func add(_ number: Int64) {
        for shift in stride(from: 0, to: 64, by: 8) { take(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private mutating func take(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
}

/// splitmix64's finalizer (Steele, Lea, Flood): similar numbers give numbers that have nothing in common.
func mixed(_ number: UInt64) -> UInt64 {
    var mixed = number
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
}

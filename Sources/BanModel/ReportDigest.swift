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
    /// - Parameter tellsPardons: whether a pardon is not the same as another lift. Not where a monitor and its hub compare:
    ///   a monitor forgets in time what was a pardon.
    package init(of report: Report, tellsPardons: Bool = false) {
        let beginning = Beginning(report.origin, report.subject.jail)
        self.init(beginning, report.subject.address, report.state, tellsPardons: tellsPardons)
    }

    /// Of one report whose beginning is known.
    package init(_ beginning: Beginning, _ address: Address, _ state: Report.State, tellsPardons: Bool = false) {
        value = beginning.number(address, state, tellsPardons: tellsPardons)
    }

    package mutating func add(_ report: Report) { value &+= ReportDigest(of: report).value }

    /// Of reports that are none of these.
    package mutating func add(_ other: ReportDigest) { value &+= other.value }

    /// Of reports that are all among these.
    package mutating func remove(_ other: ReportDigest) { value &-= other.value }

    /// What all reports of an origin in a jail begin with, reckoned once.
    package struct Beginning: Hashable, Sendable {
        private let hash: FowlerNollVo

        package init(_ origin: Origin, _ jail: Jail) {
            var hash = FowlerNollVo()
            hash.add(origin.host.name)
            hash.add(origin.source.rawValue)
            hash.add(jail.name)
            self.hash = hash
        }

        /// FNV-1a over the report's fields, then mixed so that sums of similar reports do not look alike.
        fileprivate func number(_ address: Address, _ state: Report.State, tellsPardons: Bool) -> UInt64 {
            var hash = hash
            hash.add(address)
            hash.add(tellsPardons && state.isPardoned ? "pardoned" : state.isLifted ? "lifted" : "banned")
            hash.add(state.version)
            hash.add(state.until.microseconds)
            hash.add(state.forget.microseconds)
            return mixed(hash.value)
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

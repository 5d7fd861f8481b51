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
        value = Self.number(report, tellsPardons: tellsPardons)
    }

    package mutating func add(_ report: Report) { value &+= Self.number(report) }

    /// Of reports that are none of these.
    package mutating func add(_ other: ReportDigest) { value &+= other.value }

    /// Of reports that are all among these.
    package mutating func remove(_ other: ReportDigest) { value &-= other.value }

    /// FNV-1a over the report's fields, then mixed so that sums of similar reports do not look alike.
    private static func number(_ report: Report, tellsPardons: Bool = false) -> UInt64 {
        var hash = FowlerNollVo()
        hash.add(report.origin.host.name)
        hash.add(report.origin.source.rawValue)
        hash.add(report.subject.jail.name)
        hash.add(report.subject.address.description)
        let isPardon = tellsPardons && report.state.isPardoned
        hash.add(isPardon ? "pardoned" : report.state.isLifted ? "lifted" : "banned")
        hash.add(report.state.version)
        hash.add(report.state.until.microseconds)
        hash.add(report.state.forget.microseconds)
        return mixed(hash.value)
    }
}

private struct FowlerNollVo {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { take(byte) }
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

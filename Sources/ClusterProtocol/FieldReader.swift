internal import BanModel

/// Reads the words of lines where they stand, without a text for each: every report that is heard or found comes through
/// here. Two blanks have an empty word between them, which is nothing that anybody looks for.
public struct FieldReader {
    let bytes: [UInt8]
    /// Where the next word begins; beyond the line's end where there is none.
    private var next: Int
    private var lineStart: Int
    private(set) var lineEnd: Int
    /// The names that came last: most lines have the same.
    private var lastHost: (place: Range<Int>, host: Host)?
    private var lastJail: (place: Range<Int>, jail: Jail)?

    /// Stands on the first line, which may be empty.
    init(_ bytes: [UInt8], from start: Int = 0) {
        self.bytes = bytes
        next = start
        lineStart = start
        lineEnd = start
        lineEnd = end(ofLineAt: start)
    }

    /// Goes on to the next line; false where this was the last.
    mutating func nextLine() -> Bool {
        guard lineEnd < bytes.count else { return false }
        lineStart = lineEnd + 1
        next = lineStart
        lineEnd = end(ofLineAt: lineStart)
        return true
    }

    mutating func beginLineAgain() { next = lineStart }

    /// Whether the line has no more words.
    var isAtEnd: Bool { next > lineEnd }

    /// nil where it is not UTF-8, too.
    mutating func word() -> String? { place().flatMap { String(validating: bytes[$0], as: UTF8.self) } }

    /// Whether the next word is this one, which is stepped over then.
    mutating func take(_ word: StaticString) -> Bool {
        guard isNext(word) else { return false }
        next += word.utf8CodeUnitCount + 1
        return true
    }

    func isNext(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        let end = next + length
        guard end == lineEnd || end < lineEnd && bytes[end] == 0x20 else { return false }
        return word.withUTF8Buffer { wanted in
            for index in 0..<length where bytes[next + index] != wanted[index] { return false }
            return true
        }
    }

    mutating func source() -> Origin.Source? {
        if take("log") { return .log }
        if take("action") { return .action }
        if take("person") { return .person }
        return take("allow") ? .allow : nil
    }

    /// Eight digits, as ``FieldWriter/fill(_:with:)`` writes them.
    mutating func checksum() -> UInt32? {
        guard let place = place(), place.count == 8 else { return nil }
        var sum: UInt32 = 0
        for index in place {
            switch bytes[index] {
            case let byte where byte &- 0x30 < 10: sum = sum << 4 | UInt32(byte &- 0x30)
            case let byte where byte &- 0x61 < 6: sum = sum << 4 | UInt32(byte &- 0x57)
            default: return nil
            }
        }
        return sum
    }

    /// 1 to 16 digits.
    mutating func hexadecimal() -> UInt64? { word().flatMap { BanModel.hexadecimal($0) } }

    /// Decimal, without a plus.
    mutating func unsigned() -> UInt64? { place().flatMap { digits($0) } }

    /// Decimal, without a plus.
    mutating func integer() -> Int64? {
        guard let place = place(), !place.isEmpty else { return nil }
        guard bytes[place.lowerBound] == UInt8(ascii: "-") else { return digits(place).flatMap { Int64(exactly: $0) } }
        guard let magnitude = digits(place.dropFirst()), magnitude <= Int64.min.magnitude else { return nil }
        return Int64(truncatingIfNeeded: 0 &- magnitude)
    }

    mutating func address() -> Address? { place().flatMap { try? Address(utf8: bytes[$0]) } }

    mutating func host() -> Host? {
        guard let place = place() else { return nil }
        if let lastHost, isSame(place, lastHost.place) { return lastHost.host }
        guard let host = String(validating: bytes[place], as: UTF8.self).flatMap({ Host($0) }) else { return nil }
        lastHost = (place, host)
        return host
    }

    /// `HOST`, or of another cluster `CLUSTER/HOST@FRIEND`.
    mutating func originHost() -> (host: Host, foreign: Origin.Foreign?)? {
        var ahead = self
        guard let place = ahead.place() else { return nil }
        guard let slash = bytes[place].firstIndex(of: UInt8(ascii: "/")) else { return host().map { ($0, nil) } }
        guard let at = bytes[place].lastIndex(of: UInt8(ascii: "@")), slash < at,
            let cluster = fingerprint(place.lowerBound..<slash), let friend = fingerprint(at + 1..<place.upperBound),
            let host = String(validating: bytes[slash + 1..<at], as: UTF8.self).flatMap({ Host($0) })
        else { return nil }
        self = ahead
        return (host, Origin.Foreign(cluster: cluster, friend: friend))
    }

    /// `CLUSTER/HOST`.
    mutating func clusterHost() -> (cluster: Cluster, host: Host)? {
        guard let place = place(), let slash = bytes[place].firstIndex(of: UInt8(ascii: "/")),
            let cluster = fingerprint(place.lowerBound..<slash),
            let host = String(validating: bytes[slash + 1..<place.upperBound], as: UTF8.self).flatMap({ Host($0) })
        else { return nil }
        return (cluster, host)
    }

    private func fingerprint(_ place: Range<Int>) -> Cluster? {
        Cluster(utf8: bytes[place])
    }

    /// `CLUSTER,…`, so many at most.
    mutating func clusters(atMost most: Int) -> [Cluster]? {
        guard let place = place() else { return nil }
        let parts = bytes[place].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count <= most else { return nil }
        var clusters: [Cluster] = []
        for part in parts {
            guard let cluster = Cluster(utf8: part) else { return nil }
            clusters.append(cluster)
        }
        return clusters
    }

    mutating func signature() -> Signature? { place().flatMap { Signature(utf8: bytes[$0]) } }

    mutating func jail() -> Jail? {
        guard let place = place() else { return nil }
        if let lastJail, isSame(place, lastJail.place) { return lastJail.jail }
        guard let jail = String(validating: bytes[place], as: UTF8.self).flatMap({ Jail($0) }) else { return nil }
        lastJail = (place, jail)
        return jail
    }

    // MARK: Places

    private func end(ofLineAt start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != 0x0A { end += 1 }
        return end
    }

    private mutating func place() -> Range<Int>? {
        guard next <= lineEnd else { return nil }
        let start = next
        var end = start
        while end < lineEnd, bytes[end] != 0x20 { end += 1 }
        next = end + 1
        return start..<end
    }

    private func isSame(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        guard one.count == other.count else { return false }
        for offset in 0..<one.count where bytes[one.lowerBound + offset] != bytes[other.lowerBound + offset] {
            return false
        }
        return true
    }

    private func digits(_ place: Range<Int>) -> UInt64? {
        guard !place.isEmpty else { return nil }
        var number: UInt64 = 0
        for index in place {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            let (tens, isTooMuch) = number.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = tens.addingReportingOverflow(UInt64(digit))
            guard !isTooMuch, !isOver else { return nil }
            number = sum
        }
        return number
    }
}

/// Digits alone: a sign would be a second way to write a number.
func decimal(_ text: Substring) -> Int? { text.utf8.allSatisfy { ($0 &- 0x30) < 10 } ? Int(text) : nil }

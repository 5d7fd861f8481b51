public import BanModel

/// 0 to 100 %, in whole millionths.
public struct Percentage: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 0 to 1,000,000: of one, not of a percent.
    public let millionths: Int

    public static let none = Percentage(percent: 0)

    /// nil where it is less than 0 or more than one.
    public init?(millionths: Int) {
        guard (0...1_000_000).contains(millionths) else { return nil }
        self.millionths = millionths
    }

    /// Whole percents that are known to be right where the program is written.
    init(percent: Int) {
        precondition((0...100).contains(percent))
        millionths = percent * 10_000
    }

    /// Reads `80`, `80%` and `79.5`, with up to four decimals.
    public init?(_ text: String) {
        let number = text.hasSuffix("%") ? text.dropLast() : text[...]
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? parts[1] : "0"
        guard (1...2).contains(parts.count), (1...3).contains(parts[0].utf8.count),
            (1...4).contains(decimals.utf8.count),
            number.utf8.allSatisfy({ $0 == 0x2E || (0x30...0x39).contains($0) }),
            let whole = Int(parts[0]),
            let fraction = Int(decimals + String(repeating: "0", count: 4 - decimals.utf8.count))
        else { return nil }
        self.init(millionths: whole * 10_000 + fraction)
    }

    public var description: String {
        var decimals = String(10_000 + millionths % 10_000).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return "\(millionths / 10_000)" + (decimals.isEmpty ? "" : "." + decimals) + "%"
    }

    public var trust: Trust {
        guard let trust = Trust(millionths: millionths) else { preconditionFailure("both have the same bounds") }
        return trust
    }

    public static func < (left: Self, right: Self) -> Bool { left.millionths < right.millionths }
}

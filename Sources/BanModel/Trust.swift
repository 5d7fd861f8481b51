/// What one report counts for, or what reports add up to: 0 to 100 %, in whole millionths.
public struct Trust: Hashable, Comparable, Sendable {
    /// 0 to 1,000,000: of one, not of a percent.
    public let millionths: Int

    public static let none = Trust(bounding: 0)
    public static let full = Trust(bounding: 1_000_000)
    /// What readers ask for where nobody says otherwise.
    public static let usualThreshold = Trust(bounding: 800_000)

    /// nil where it is less than nothing or more than everything: who claims that lies.
    public init?(millionths: Int) {
        guard (0...1_000_000).contains(millionths) else { return nil }
        self.millionths = millionths
    }

    init(bounding millionths: Int) { self.millionths = min(max(millionths, 0), 1_000_000) }

    /// What a word is worth that comes through somebody who is trusted so far: rounded down to a millionth.
    public func through(_ other: Trust) -> Trust {
        Trust(bounding: millionths * other.millionths / 1_000_000)
    }

    public static func < (left: Trust, right: Trust) -> Bool { left.millionths < right.millionths }
}

extension Trust: CustomStringConvertible {
    /// `80%`, `79.5%`
    public var description: String {
        var decimals = String(10_000 + millionths % 10_000).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return "\(millionths / 10_000)" + (decimals.isEmpty ? "" : "." + decimals) + "%"
    }
}

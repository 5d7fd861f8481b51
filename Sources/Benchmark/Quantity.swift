/// What a figure counts, and how it reads.
public enum Quantity: String, Codable, Sendable {
    case seconds
    case bytes
    case perSecond
    case count

    /// Whether more is better.
    var isRate: Bool { self == .perSecond }

    /// Three digits and a unit: `0.213 ms`, `48.1 MB`, `91,300 /s`.
    func text(_ value: Double) -> String {
        switch self {
        case .seconds:
            if value < 1e-3 { return Self.digits(value * 1e6) + " µs" }
            return value < 1 ? Self.digits(value * 1e3) + " ms" : Self.digits(value) + " s"
        case .bytes:
            if value < 1e4 { return Self.digits(value) + " B" }
            if value < 1e6 { return Self.digits(value / 1e3) + " kB" }
            return value < 1e9 ? Self.digits(value / 1e6) + " MB" : Self.digits(value / 1e9) + " GB"
        case .perSecond:
            if value < 1e4 { return Self.digits(value) + " /s" }
            return value < 1e6 ? Self.digits(value / 1e3) + " k/s" : Self.digits(value / 1e6) + " M/s"
        case .count: return Self.digits(value)
        }
    }

    /// `1,000,000`
    static func grouped(_ number: Int) -> String {
        var digits = Array(String(abs(number)))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
        return (number < 0 ? "-" : "") + String(digits)
    }

    /// Three that count, whole numbers in full.
    static func digits(_ value: Double) -> String {
        if value.rounded() == value, abs(value) < 1e15 { return grouped(Int(value)) }
        let places = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : abs(value) >= 1 ? 2 : 3
        let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
        let number = Int64((abs(value) * scale).rounded())
        let sign = value < 0 ? "-" : ""
        guard places > 0 else { return sign + String(number) }
        let fraction = String(number % Int64(scale))
        return "\(sign)\(grouped(Int(number / Int64(scale))))."
            + String(repeating: "0", count: places - fraction.utf8.count)
            + fraction
    }
}

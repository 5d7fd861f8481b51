/// Measurements of one thing, in the order in which they were made.
struct Series: Sendable {
    /// How many repeats a row is taken for.
    private static let groups = 5

    private(set) var values: [Double] = []

    init(_ values: [Double] = []) { self.values = values }

    mutating func add(_ value: Double) { values.append(value) }

    var median: Double { Self.quantile(0.5, of: values) }
    var p99: Double { Self.quantile(0.99, of: values) }

    /// Of the whole values: the greatest less the least, as a part of the median.
    var spread: Double { Self.spread(of: values) }

    /// What the row's fifths, as repeats of each other, differ by in this quantile.
    func spread(_ quantile: Double) -> Double? {
        let size = values.count / Self.groups
        guard size >= 2 else { return nil }
        return Self.spread(
            of: (0..<Self.groups).map { Self.quantile(quantile, of: Array(values[$0 * size..<($0 + 1) * size])) })
    }

    private static func spread(of values: [Double]) -> Double {
        guard let least = values.min(), let greatest = values.max() else { return 0 }
        let middle = quantile(0.5, of: values)
        return middle > 0 ? (greatest - least) / middle : 0
    }

    private static func quantile(_ part: Double, of values: [Double]) -> Double {
        precondition(!values.isEmpty, "nothing was measured")
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }
}

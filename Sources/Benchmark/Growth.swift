/// What grows while the hub's cost is measured, and how its figures are called.
public enum Growth: String, CaseIterable, Sendable {
    case listeners
    case reports

    func cost(_ count: Int) -> String { "\(Quantity.grouped(count)) \(rawValue): CPU a ban" }
    func memory(_ count: Int) -> String { "\(Quantity.grouped(count)) \(rawValue): resident" }

    /// The file that the plot is written to.
    public var fileName: String { self == .listeners ? "growth-subscribers.svg" : "growth-reports.svg" }

    /// How many there were, with the cost and the memory at each.
    private func points(in figures: [Figure]) -> [(count: Double, cost: Double, memory: Double)] {
        (0...7).flatMap { power in
            [1, 3].compactMap { digit in
                let count = (0..<power).reduce(digit) { product, _ in product * 10 }
                guard let cost = figures.first(where: { $0.part == .growth && $0.name == self.cost(count) })?.value,
                    let memory = figures.first(where: { $0.part == .growth && $0.name == self.memory(count) })?.value
                else { return nil }
                return (Double(count), cost, memory)
            }
        }
    }

    /// nil where nothing was measured.
    public func plot(of results: Results) -> String? {
        let points = points(in: results.figures)
        guard points.count > 1 else { return nil }
        let title = self == .listeners ? "subscribers" : "reports"
        return Plot(
            title: "The hub with ever more \(title)", caption: results.machine.lines.joined(separator: "; "),
            xLabel: self == .listeners ? title : "reports that the hub holds",
            panels: [
                Plot.Panel(
                    label: "CPU time a single ban", quantity: .seconds, points: points.map { ($0.count, $0.cost) }),
                Plot.Panel(label: "resident memory", quantity: .bytes, points: points.map { ($0.count, $0.memory) }),
            ]
        ).svg
    }
}

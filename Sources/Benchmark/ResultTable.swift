extension Results {
    private static let legend =
        "x: how many times the floor's cost (a rate: the floor's by ours); ~: noise forbids to rely on it"

    /// A table for people: each figure beside its floor.
    public var table: String {
        var table = Table()
        for line in machine.lines { table.add(line: line) }
        for part in Part.allCases {
            let figures = self.figures.filter { $0.part == part }
            guard !figures.isEmpty else { continue }
            table.add(line: "")
            table.add(part.title, ["measured", "floor", "x"])
            for figure in figures { figure.add(to: &table) }
        }
        table.add(line: "")
        table.add(note: Self.legend)
        return table.text
    }

    /// This run beside an earlier one.
    public func comparison(with old: Results) -> String {
        var table = Table()
        table.add(line: "old: \(old.machine.lines.joined(separator: "\n     "))")
        table.add(line: "new: \(machine.lines.joined(separator: "\n     "))")
        for part in Part.allCases {
            let figures = self.figures.filter { $0.part == part }
            guard !figures.isEmpty else { continue }
            table.add(line: "")
            table.add(part.title, ["old", "new", "new/old"])
            for figure in figures {
                let other = old.figures.first { $0.part == part && $0.name == figure.name }
                let (before, after) = (other?.value, figure.value)
                let ratio = before.flatMap { before in before > 0 ? after.map { $0 / before } : nil }
                table.add(
                    "  " + figure.name,
                    [before, after].map { $0.map { figure.quantity.text($0) } ?? "-" }
                        + [ratio.map { Quantity.digits($0) } ?? "-"],
                    mark: figure.isNoisy || other?.isNoisy == true ? "~" : "")
            }
        }
        table.add(line: "")
        table.add(note: "~: noise forbids to rely on it")
        return table.text
    }
}

extension Figure {
    fileprivate func add(to table: inout Table) {
        guard let value else { return table.add(note: "\(name): \(note ?? "not measured")") }
        table.add(
            "  " + name,
            [quantity.text(value), floor.map { quantity.text($0) } ?? "", ratio.map { Quantity.digits($0) } ?? ""],
            mark: isNoisy ? "~" : "")
        if let note { table.add(note: note) }
    }
}

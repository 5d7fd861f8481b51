/// Columns for people, 80 wide at most: the first at the left, the others at the right.
struct Table {
    private static let width = 80
    private static let cells = [11, 11, 8]

    private var lines: [String] = []

    var text: String { lines.joined(separator: "\n") }

    mutating func add(line: String) { lines.append(line) }

    /// A name, two quantities, a ratio, and a mark of one character.
    mutating func add(_ name: String, _ cells: [String], mark: String = "") {
        let room = Self.width - Self.cells.reduce(0, +) - 2
        var line = name.padded(to: room)
        // A name that is longer takes a line of its own.
        if name.count > room {
            lines.append(name)
            line = "".padded(to: room)
        }
        for (cell, width) in zip(cells, Self.cells) { line += String(repeating: " ", count: width - cell.count) + cell }
        lines.append((line + (mark.isEmpty ? "" : " " + mark)).trimmed)
    }

    /// A text that may be long, each line with an indent.
    mutating func add(note: String) {
        var line = "   "
        for word in note.split(whereSeparator: { " \n".contains($0) }) {
            if line.count + word.count + 1 > Self.width, line.count > 3 {
                lines.append(line)
                line = "   "
            }
            line += " " + word
        }
        lines.append(line)
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    fileprivate var trimmed: String { String(reversed().drop { $0 == " " }.reversed()) }
}

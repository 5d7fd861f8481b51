/// Columns for people: as wide as what is in them, and together no wider than a terminal.
///
/// Where they would be wider, what may be broken goes on in the next line.
struct Table {
    struct Column {
        var title: String
        /// Times and numbers are easier to read whole.
        var mayBreak: Bool

        init(_ title: String, mayBreak: Bool = false) {
            self.title = title
            self.mayBreak = mayBreak
        }
    }

    static let width = 80
    private static let gap = 2
    private static let narrowest = 8

    let columns: [Column]
    var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Without the last line's end.
    var text: String {
        let widths = widths()
        return ([columns.map(\.title)] + rows).map { Self.lines($0, widths) }.joined(separator: "\n")
    }

    private func widths() -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].title.count) { max($0, $1[index].count) }
        }
        while widths.reduce(0, +) + Self.gap * (widths.count - 1) > Self.width {
            let narrowable = columns.indices.filter {
                columns[$0].mayBreak && widths[$0] > max(Self.narrowest, columns[$0].title.count)
            }
            guard let widest = narrowable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }

    private static func lines(_ cells: [String], _ widths: [Int]) -> String {
        let broken = zip(cells, widths).map { Self.parts(of: $0, at: $1) }
        return (0..<(broken.map(\.count).max() ?? 0)).map { line in
            var text = ""
            for (column, width) in widths.enumerated() {
                let part = line < broken[column].count ? broken[column][line] : ""
                text += part + String(repeating: " ", count: max(0, width - part.count) + gap)
            }
            return String(text.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// Lines of so many characters at most, broken at blanks where there are any.
    static func parts(of text: String, at width: Int = Self.width) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            var rest = word[...]
            if let last = lines.last, !last.isEmpty {
                if last.count + 1 + rest.count <= width {
                    lines[lines.count - 1] += " " + rest
                    continue
                }
                lines.append("")
            }
            while rest.count > width {
                lines[lines.count - 1] = String(rest.prefix(width))
                rest = rest.dropFirst(width)
                lines.append("")
            }
            lines[lines.count - 1] = String(rest)
        }
        return lines
    }
}

internal import Glibc

/// Panels one above the other over the same axis, all of them logarithmic, as SVG.
struct Plot {
    struct Panel {
        var label: String
        var quantity: Quantity
        /// All above 0; at least two.
        var points: [(x: Double, y: Double)]
    }

    // In SVG's units.
    private static let (width, left, right, top) = (720.0, 84.0, 44.0, 52.0)
    private static let (panelHeight, gap, bottom) = (200.0, 44.0, 66.0)
    private static let ink = "#222", soft = "#ccc", line = "#1f6fb4"

    var title: String
    var caption: String
    var xLabel: String
    var panels: [Panel]

    private var height: Double {
        Self.top + Double(panels.count) * (Self.panelHeight + Self.gap) - Self.gap + Self.bottom
    }

    var svg: String {
        let xs = panels.flatMap { $0.points.map(\.x) }
        let range = Self.decades(xs)
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(height))" \
            font-family="sans-serif" font-size="13" fill="\(Self.ink)">
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="\(Int(Self.left))" y="24" font-size="17">\(Self.escaped(title))</text>

            """
        for (index, panel) in panels.enumerated() {
            text += draw(panel, at: Self.top + Double(index) * (Self.panelHeight + Self.gap), range)
        }
        let base = height - Self.bottom
        for power in range.low...range.high {
            let x = Self.x(Self.power(power), range)
            text += Self.label(Quantity.grouped(Int(Self.power(power))), x, base + 18, "middle")
        }
        text += Self.label(xLabel, (Self.left + Self.width - Self.right) / 2, base + 38, "middle")
        text +=
            "<text x=\"\(Int(Self.left))\" y=\"\(Int(height - 8))\" font-size=\"10\">\(Self.escaped(caption))</text>\n"
        return text + "</svg>\n"
    }

    private func draw(_ panel: Panel, at top: Double, _ xRange: (low: Int, high: Int)) -> String {
        let range = Self.decades(panel.points.map(\.y))
        func y(_ value: Double) -> Double {
            let part = (log10(value) - Double(range.low)) / Double(range.high - range.low)
            return top + Self.panelHeight * (1 - part)
        }
        var text = ""
        for power in range.low...range.high {
            let height = y(Self.power(power))
            text += Self.stroke(Self.left, height, Self.width - Self.right, height, Self.soft)
            text += Self.label(panel.quantity.text(Self.power(power)), Self.left - 8, height + 4, "end")
        }
        for power in xRange.low...xRange.high {
            let x = Self.x(Self.power(power), xRange)
            text += Self.stroke(x, top, x, top + Self.panelHeight, Self.soft)
        }
        let points = panel.points.map { (Self.x($0.x, xRange), y($0.y)) }
        let corners = points.map { "\(Self.number($0.0)),\(Self.number($0.1))" }.joined(separator: " ")
        text += "<polyline points=\"\(corners)\" fill=\"none\" stroke=\"\(Self.line)\" stroke-width=\"2\"/>\n"
        for (point, value) in zip(points, panel.points) {
            text +=
                "<circle cx=\"\(Self.number(point.0))\" cy=\"\(Self.number(point.1))\" r=\"3.5\" fill=\"\(Self.line)\">"
            text += "<title>\(Quantity.digits(value.x)): \(panel.quantity.text(value.y))</title></circle>\n"
        }
        // The ends in words: between a logarithmic scale's lines they are hard to read.
        for end in [0, points.count - 1] {
            let anchor = end == 0 ? "start" : "end"
            text += Self.label(panel.quantity.text(panel.points[end].y), points[end].0, points[end].1 - 9, anchor)
        }
        return text + "<text x=\"\(Int(Self.left))\" y=\"\(Int(top - 8))\">\(Self.escaped(panel.label))</text>\n"
    }

    // MARK: Scales

    /// Powers of ten around all values, two at least.
    private static func decades(_ values: [Double]) -> (low: Int, high: Int) {
        let low = Int(log10(values.min() ?? 1).rounded(.down))
        return (low, max(low + 1, Int(log10(values.max() ?? 1).rounded(.up))))
    }

    private static func power(_ exponent: Int) -> Double { pow(10, Double(exponent)) }

    private static func x(_ value: Double, _ range: (low: Int, high: Int)) -> Double {
        left + (width - left - right) * (log10(value) - Double(range.low)) / Double(range.high - range.low)
    }

    // MARK: Elements

    private static func number(_ value: Double) -> String { String((value * 10).rounded() / 10) }

    private static func stroke(_ x: Double, _ y: Double, _ toX: Double, _ toY: Double, _ color: String) -> String {
        "<path d=\"M\(number(x)) \(number(y))L\(number(toX)) \(number(toY))\" stroke=\"\(color)\"/>\n"
    }

    private static func label(_ text: String, _ x: Double, _ y: Double, _ anchor: String) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(escaped(text))</text>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { text, character in
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            default: text.append(character)
            }
        }
    }
}

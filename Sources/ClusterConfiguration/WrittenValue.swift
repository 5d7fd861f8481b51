/// What stands behind a key, without comments and quotes.
struct WrittenValue: Hashable, Sendable {
    /// The value as one text; the lines of a continued value are joined by a blank.
    var text = ""
    /// The value as a list: parted by white space and commas, where they are not quoted.
    var items: [String] = []

    enum Fault: String, Error {
        case unclosedQuote = "a double quote is opened and not closed on the same line"
        case textBehindQuote = "a closing quote is followed by a blank, a comma or the end of the line"
    }

    mutating func append(_ other: WrittenValue) {
        text += text.isEmpty || other.text.isEmpty ? other.text : " " + other.text
        items += other.items
    }

    /// Reads the rest of a line: `text # comment`, `"text"`, `one, two "three"`.
    init(line: Substring) throws(Fault) {
        var scalars = line.unicodeScalars
        var item: String?
        var blanks = ""
        var previous: Unicode.Scalar?

        func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

        while let scalar = scalars.popFirst() {
            switch scalar {
            case " ", "\t":
                finish(&item)
                blanks.unicodeScalars.append(scalar)
            case "#" where previous.map(isBlank) == true, ";" where previous.map(isBlank) == true:
                scalars = scalars[scalars.endIndex...]
                continue
            case "\"" where item == nil:
                guard let closing = scalars.firstIndex(of: "\"") else { throw .unclosedQuote }
                let quoted = String(scalars[..<closing])
                scalars = scalars[scalars.index(after: closing)...]
                guard scalars.first.map({ isBlank($0) || $0 == "," }) ?? true else { throw .textBehindQuote }
                write(quoted, &blanks)
                item = quoted
            default:
                write(String(scalar), &blanks)
                if scalar == "," {
                    finish(&item)
                } else {
                    item = (item ?? "") + String(scalar)
                }
            }
            previous = scalar
        }
        finish(&item)
    }

    /// Blanks count only between what is written.
    private mutating func write(_ written: String, _ blanks: inout String) {
        if !text.isEmpty { text += blanks }
        text += written
        blanks = ""
    }

    private mutating func finish(_ item: inout String?) {
        if let item, !item.isEmpty { items.append(item) }
        item = nil
    }
}

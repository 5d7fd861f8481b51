/// Text from anywhere, made fit for one line of a log.
public enum LogText {
    /// Longer values are cut: a peer must not fill the disk with one field.
    static let longest = 1024

    /// As it is where nothing in it can be mistaken; else between double quotes, with escapes as in Swift.
    static func quotedIfNeeded(_ text: String) -> String {
        if isPlainASCII(text, alsoBlanksAndQuotes: false) { return text }
        let text = shortened(text)
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                !isUnsafe($0) && !$0.properties.isWhitespace && $0 != "\"" && $0 != "\\" && $0 != "="
            }
        return isPlain ? text : "\"\(escaped(text, quotes: true))\""
    }

    /// Without control characters, but with blanks and quotes: for messages, which are constant.
    public static func escaped(_ text: String) -> String { escaped(text, quotes: false) }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        if !quotes, isPlainASCII(text, alsoBlanksAndQuotes: true) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where quotes, "\\" where quotes: result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isUnsafe(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether nothing has to be done with it: nearly all that is logged, and a storm of bans logs much.
    private static func isPlainASCII(_ text: String, alsoBlanksAndQuotes: Bool) -> Bool {
        guard (1...longest).contains(text.utf8.count) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "="): alsoBlanksAndQuotes
            default: (0x21..<0x7F).contains(byte)
            }
        }
    }

    private static func shortened(_ text: String) -> String {
        guard text.unicodeScalars.count > longest else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest))) + "…"
    }

    /// Ends a line, steers a terminal, or changes the order in which it is read.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}

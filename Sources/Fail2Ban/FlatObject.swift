/// One JSON object of the kind that journalctl prints, one a line: texts, numbers, null, and lists of these.
///
/// A reader of our own: the parsers that exist bring all of Foundation along, and what is read here has no depth.
struct FlatObject {
    enum Value: Hashable {
        /// A text, a number as it is written, or the bytes of what is no printable UTF-8: a list of numbers.
        case bytes([UInt8])
        /// A field with more bytes than journalctl prints.
        case null
        /// A field with several values.
        case several
    }

    private(set) var values: [String: Value] = [:]

    /// nil for anything but one whole object, without a name that comes twice.
    init?(_ text: ArraySlice<UInt8>) {
        var scanner = ByteScanner(text)
        Self.skipBlanks(&scanner)
        guard scanner.take("{") else { return nil }
        Self.skipBlanks(&scanner)
        if !scanner.take("}") {
            repeat {
                Self.skipBlanks(&scanner)
                guard let name = Self.text(&scanner).flatMap({ String(validating: $0, as: UTF8.self) }) else {
                    return nil
                }
                Self.skipBlanks(&scanner)
                guard scanner.take(":"), let value = Self.value(&scanner),
                    values.updateValue(value, forKey: name) == nil
                else { return nil }
            } while scanner.take(",")
            guard scanner.take("}") else { return nil }
        }
        Self.skipBlanks(&scanner)
        guard scanner.isAtEnd else { return nil }
    }

    private static func skipBlanks(_ scanner: inout ByteScanner) {
        _ = scanner.prefix { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    /// A value and the blanks around it.
    private static func value(_ scanner: inout ByteScanner, depth: Int = 0) -> Value? {
        skipBlanks(&scanner)
        defer { skipBlanks(&scanner) }
        if scanner.take("null") { return .null }
        if let text = text(&scanner) { return .bytes(text) }
        guard scanner.take("[") else { return number(&scanner).map { .bytes($0) } }
        // Bytes are numbers in a list; a list of several values has texts or lists in it.
        guard depth < 2 else { return nil }
        var bytes: [UInt8]? = []
        skipBlanks(&scanner)
        if scanner.take("]") { return .bytes([]) }
        repeat {
            skipBlanks(&scanner)
            var ahead = scanner
            if let byte = number(&ahead).flatMap({ UInt8(String(decoding: $0, as: UTF8.self)) }) {
                skipBlanks(&ahead)
                scanner = ahead
                bytes?.append(byte)
            } else {
                guard value(&scanner, depth: depth + 1) != nil else { return nil }
                bytes = nil
            }
        } while scanner.take(",")
        guard scanner.take("]") else { return nil }
        return bytes.map { .bytes($0) } ?? .several
    }

    private static func number(_ scanner: inout ByteScanner) -> [UInt8]? {
        let number = scanner.prefix { byte in
            (byte &- 0x30) < 10 || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
        }
        return (1...32).contains(number.count) ? Array(number) : nil
    }

    /// A text in quotation marks; nil, with nothing taken, where none comes next.
    private static func text(_ scanner: inout ByteScanner) -> [UInt8]? {
        guard scanner.take("\"") else { return nil }
        var text: [UInt8] = []
        while true {
            text += scanner.prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 >= 0x20 }
            if scanner.take("\"") { return text }
            guard scanner.take("\\"), let escaped = escaped(&scanner) else { return nil }
            text += escaped
        }
    }

    /// What stands behind a backslash.
    private static func escaped(_ scanner: inout ByteScanner) -> [UInt8]? {
        guard let mark = scanner.rest.first else { return nil }
        for (letter, byte) in plainEscapes where mark == letter {
            _ = scanner.take(Unicode.Scalar(letter), or: Unicode.Scalar(letter))
            return [byte]
        }
        guard scanner.take("u"), var code = hexadecimal(&scanner) else { return nil }
        if (0xD800..<0xDC00).contains(code) {
            guard scanner.take("\\u"), let low = hexadecimal(&scanner), (0xDC00..<0xE000).contains(low) else {
                return nil
            }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        return Unicode.Scalar(code).map { Array(String($0).utf8) }
    }

    private static let plainEscapes: [(UInt8, UInt8)] = [
        (0x22, 0x22), (0x5C, 0x5C), (0x2F, 0x2F), (0x62, 0x08), (0x66, 0x0C), (0x6E, 0x0A), (0x72, 0x0D), (0x74, 0x09),
    ]

    private static func hexadecimal(_ scanner: inout ByteScanner) -> UInt32? {
        var count = 0
        let digits = scanner.prefix { byte in
            count += 1
            return count <= 4
                && ((byte &- 0x30) < 10 || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20))
        }
        guard digits.count == 4 else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}

/// The escapes in texts of protocol 0.
enum PickledEscapes {
    /// Of a unicode text: `\uXXXX` and `\UXXXXXXXX`; each other byte is a letter of Latin-1.
    static func text(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        var rest = line
        while let byte = rest.popFirst() {
            let digits = byte == UInt8(ascii: "\\") ? digitsBehind(rest.first) : nil
            if let digits, let scalar = Unicode.Scalar(number(rest.dropFirst().prefix(digits), digits) ?? .max) {
                rest = rest.dropFirst(1 + digits)
                text += UTF8.encode(scalar).map(Array.init) ?? []
            } else {
                text += UTF8.encode(Unicode.Scalar(byte)).map(Array.init) ?? []
            }
        }
        return text
    }

    /// Of what Python 2 calls a str: in quotation marks, with a programmer's escapes; nil where it is not.
    static func quoted(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        guard line.count >= 2, let mark = line.first, mark == UInt8(ascii: "'") || mark == UInt8(ascii: "\""),
            line.last == mark
        else { return nil }
        var text: [UInt8] = []
        var rest = line.dropFirst().dropLast()
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard let letter = rest.popFirst() else { return nil }
            switch letter {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "x"):
                guard let value = number(rest.prefix(2), 2) else { return nil }
                text.append(UInt8(value))
                rest = rest.dropFirst(2)
            case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(letter)
            default: text += [byte, letter]
            }
        }
        return text
    }

    private static func digitsBehind(_ letter: UInt8?) -> Int? {
        switch letter {
        case UInt8(ascii: "u"): 4
        case UInt8(ascii: "U"): 8
        default: nil
        }
    }

    /// In so many hexadecimal digits; nil where there are fewer.
    private static func number(_ text: ArraySlice<UInt8>, _ digits: Int) -> UInt32? {
        guard text.count == digits else { return nil }
        var value: UInt32 = 0
        for byte in text {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}

/// ZeroMQ's text form of binary data: 5 printable characters for 4 bytes (https://rfc.zeromq.org/spec/32/).
enum Z85 {
    private static let alphabet = Array(
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)

    private static let none: UInt8 = 0xFF
    /// By the character.
    private static let digits: [UInt8] = {
        var digits = [UInt8](repeating: none, count: 256)
        for (digit, character) in alphabet.enumerated() { digits[Int(character)] = UInt8(digit) }
        return digits
    }()

    /// - Parameter bytes: a multiple of 4.
    static func text(of bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of ``text(of:)``.
    static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        for start in stride(from: 0, to: bytes.count, by: 4) {
            var number: UInt32 = 0
            for byte in start..<start + 4 { number = number << 8 | UInt32(bytes[byte]) }
            // 85 to the fourth, and down to one.
            for weight: UInt32 in [52_200_625, 614_125, 7_225, 85, 1] {
                text.append(alphabet[Int(number / weight)])
                number %= weight
            }
        }
    }

    /// nil where the text is not of this form.
    static func bytes(of text: some StringProtocol) -> [UInt8]? { bytes(of: Array(text.utf8)[...]) }

    /// As from a text, whose bytes these are.
    static func bytes(of text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 5 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 5 * 4)
        for start in stride(from: text.startIndex, to: text.endIndex, by: 5) {
            var number: UInt64 = 0
            for place in start..<start + 5 {
                let digit = digits[Int(text[place])]
                guard digit != none else { return nil }
                number = number * 85 + UInt64(digit)
            }
            guard let whole = UInt32(exactly: number) else { return nil }
            for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: whole >> shift)) }
        }
        return bytes
    }

    /// A key of CURVE: 32 bytes in 40 characters; nil where the text is none.
    static func key(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count == 40 else { return nil }
        return bytes(of: text)
    }
}

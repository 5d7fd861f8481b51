/// ZeroMQ's text form of binary data: 5 printable characters for 4 bytes (https://rfc.zeromq.org/spec/32/).
enum Z85 {
    private static let alphabet = Array(
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)

    private static let digits: [UInt8: UInt32] = Dictionary(
        uniqueKeysWithValues: alphabet.enumerated().map { ($0.element, UInt32($0.offset)) })

    /// - Parameter bytes: a multiple of 4.
    static func text(of bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let number = bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            var divisor: UInt32 = 85 * 85 * 85 * 85
            while divisor > 0 {
                text.append(alphabet[Int(number / divisor % 85)])
                divisor /= 85
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// nil where the text is not of this form.
    static func bytes(of text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count % 5 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: characters.count, by: 5) {
            var number: UInt64 = 0
            for character in characters[start..<start + 5] {
                guard let digit = digits[character] else { return nil }
                number = number * 85 + UInt64(digit)
            }
            guard let whole = UInt32(exactly: number) else { return nil }
            bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: whole >> $0) }
        }
        return bytes
    }

    /// A key of CURVE: 32 bytes in 40 characters; nil where the text is none.
    static func key(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count == 40 else { return nil }
        return bytes(of: text)
    }
}

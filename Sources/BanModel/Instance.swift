/// Tells two monitors apart that call themselves alike: made by chance with the state file, and kept there.
public struct Instance: Hashable, Sendable, CustomStringConvertible {
    public var number: UInt64

    public init(number: UInt64) { self.number = number }

    /// 16 digits; nil where the text is something else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 16, let number = hexadecimal(text) else { return nil }
        self.number = number
    }

    public static func random() -> Instance { Instance(number: .random(in: 1 ... .max)) }

    public var description: String { hexadecimal(number) }
}

/// 1 to 16 digits, without a sign; nil where the text is something else.
public func hexadecimal(_ text: some StringProtocol) -> UInt64? {
    // A plus, or the minus of -0, would be a second way to write a number.
    guard text.utf8.count <= 16, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else {
        return nil
    }
    return UInt64(text, radix: 16)
}

/// 16 digits.
public func hexadecimal(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
}

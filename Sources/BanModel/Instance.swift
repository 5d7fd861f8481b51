/// Tells two monitors apart that call themselves alike: made by chance with the state file, and kept there.
package struct Instance: Hashable, Sendable, CustomStringConvertible {
    package var number: UInt64

    package init(number: UInt64) { self.number = number }

    /// 16 digits; nil where the text is something else.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 16, let number = UInt64(text, radix: 16) else { return nil }
        self.number = number
    }

    package static func random() -> Instance { Instance(number: .random(in: 1 ... .max)) }

    package var description: String { hexadecimal(number) }
}

/// 16 digits.
package func hexadecimal(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
}

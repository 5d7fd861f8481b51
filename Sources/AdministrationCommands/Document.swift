internal import BanModel
internal import FoundationEssentials

/// What other programs read: one JSON document, in one line.
enum Document {
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and booleans: nothing in them cannot be written.
        return String(decoding: try! encoder.encode(value), as: UTF8.self)
    }
}

extension Trust {
    /// For other programs: 79.5
    var percentage: Double { Double(millionths) / 10_000 }
}

extension Timestamp {
    /// For people: `2026-11-21 09:11:24`, in UTC; `for ever`.
    var text: String {
        guard self != .forever else { return "for ever" }
        return String(description.prefix { $0 != "." }.map { $0 == "T" ? " " : $0 })
    }

    /// The end of a sentence: `until 2026-11-21 09:11:24 UTC`, or `for ever`.
    var end: String { self == .forever ? text : "until \(text) UTC" }

    /// For other programs: RFC 3339; nil: for ever.
    var rfc3339: String? { self == .forever ? nil : description }
}

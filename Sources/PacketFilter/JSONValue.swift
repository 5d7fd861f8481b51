/// One value of JSON, as nft prints it.
///
/// A reader of our own: the parsers that exist bring all of Foundation along.
enum JSONValue: Hashable {
    case object([String: JSONValue])
    case list([JSONValue])
    case text(String)
    /// A whole number; nft prints no others.
    case number(Int64)
    case bool(Bool)
    case null

    /// nil for anything but one whole value.
    init?(_ text: [UInt8]) {
        let value = text.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes)
            return reader.whole()
        }
        guard let value else { return nil }
        self = value
    }

    subscript(name: String) -> JSONValue? { if case .object(let members) = self { members[name] } else { nil } }

    var items: [JSONValue]? { if case .list(let items) = self { items } else { nil } }

    var text: String? { if case .text(let text) = self { text } else { nil } }

    var number: Int64? { if case .number(let number) = self { number } else { nil } }
}

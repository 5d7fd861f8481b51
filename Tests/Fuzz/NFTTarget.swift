internal import BanModel

@testable internal import PacketFilter

/// What `nft -j list` prints.
enum NFTTarget: FuzzTarget {
    static let name = "nft"
    private static let forms = [PacketFilterForm(), PacketFilterForm(interfaces: ["eth0"])]

    static func run(_ bytes: [UInt8]) {
        if let value = JSONValue(bytes) {
            require(value.depth <= 32, "a value \(value.depth) deep")
            requireSame(JSONValue(Array(value.written.utf8)), as: value, "a value")
        }
        guard let listing = PacketFilterListing(bytes) else { return }
        for form in forms {
            for address in listing.elements(of: form)?.keys.sorted() ?? [] {
                requireSame(try? Address("\(address)"), as: address, "an element")
            }
        }
    }
}

extension JSONValue {
    fileprivate var depth: Int {
        switch self {
        case .object(let members): 1 + (members.values.map(\.depth).max() ?? 0)
        case .list(let items): 1 + (items.map(\.depth).max() ?? 0)
        case .text, .number, .bool, .null: 1
        }
    }

    fileprivate var written: String {
        switch self {
        case .object(let members): "{\(members.map { "\(Self.quoted($0)): \($1.written)" }.joined(separator: ", "))}"
        case .list(let items): "[\(items.map(\.written).joined(separator: ", "))]"
        case .text(let text): Self.quoted(text)
        case .number(let number): "\(number)"
        case .bool(let truth): "\(truth)"
        case .null: "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\0"..<" ":
                "\\u00\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
            default: "\(scalar)"
            }
        }
        return "\"\(escaped.joined())\""
    }
}

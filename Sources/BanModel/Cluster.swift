/// A cluster's id: the fingerprint of its key, as `ClusterIdentity` reckons it: 32 of the characters `a-z2-7`.
public struct Cluster: Hashable, Sendable, Comparable, CustomStringConvertible {
    public static let length = 32

    /// Its characters, as numbers of 5 bits in the characters' order: so two are compared, and hashed, at once.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64

    /// nil where the text is no fingerprint.
    public init?(_ text: some StringProtocol) { self.init(utf8: Array(text.utf8)[...]) }

    /// As from a text, whose bytes these are.
    public init?(utf8 text: ArraySlice<UInt8>) {
        guard text.count == Self.length else { return nil }
        var parts: (UInt64, UInt64, UInt64) = (0, 0, 0)
        for place in 0..<Self.length {
            let byte = text[text.startIndex + place]
            let number: UInt8
            switch byte {
            case UInt8(ascii: "2")...UInt8(ascii: "7"): number = byte - UInt8(ascii: "2")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): number = byte - UInt8(ascii: "a") + 6
            default: return nil
            }
            switch place {
            case ..<12: parts.0 = parts.0 << 5 | UInt64(number)
            case ..<24: parts.1 = parts.1 << 5 | UInt64(number)
            default: parts.2 = parts.2 << 5 | UInt64(number)
            }
        }
        (first, second, third) = parts
    }

    public var id: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of ``id``.
    public func append(to text: inout [UInt8]) {
        for (part, count) in [(first, 12), (second, 12), (third, 8)] {
            for behind in stride(from: 5 * (count - 1), through: 0, by: -5) {
                let number = UInt8(truncatingIfNeeded: part >> UInt64(behind) & 31)
                text.append(number < 6 ? UInt8(ascii: "2") + number : UInt8(ascii: "a") + number - 6)
            }
        }
    }

    public var description: String { id }

    public static func < (left: Cluster, right: Cluster) -> Bool {
        (left.first, left.second, left.third) < (right.first, right.second, right.third)
    }
}

extension [Cluster] {
    /// Their ids, with commas between them.
    public func append(to text: inout [UInt8]) {
        for (index, cluster) in enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            cluster.append(to: &text)
        }
    }
}

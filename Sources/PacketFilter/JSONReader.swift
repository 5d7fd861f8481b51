/// Reads JSON from bytes; what is none is nil.
struct JSONReader {
    /// nft's own goes half as deep.
    private static let depth = 32

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func whole() -> JSONValue? {
        guard let value = value(depth: 0), index == bytes.count else { return nil }
        return value
    }

    /// A value and the blanks around it.
    private mutating func value(depth: Int) -> JSONValue? {
        guard depth < Self.depth else { return nil }
        skipBlanks()
        defer { skipBlanks() }
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return list(depth: depth)
        case UInt8(ascii: "\""): return text().map { .text($0) }
        case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return number().map { .number($0) }
        }
    }

    private mutating func object(depth: Int) -> JSONValue? {
        guard take("{") else { return nil }
        var members: [String: JSONValue] = [:]
        skipBlanks()
        if take("}") { return .object(members) }
        repeat {
            skipBlanks()
            guard let name = text() else { return nil }
            skipBlanks()
            guard take(":"), let value = value(depth: depth + 1) else { return nil }
            members[name] = value
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func list(depth: Int) -> JSONValue? {
        guard take("[") else { return nil }
        var items: [JSONValue] = []
        skipBlanks()
        if take("]") { return .list(items) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            items.append(value)
        } while take(",")
        return take("]") ? .list(items) : nil
    }

    private mutating func text() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = escaped() else { return nil }
                text += escaped
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// What follows a backslash.
    private mutating func escaped() -> [UInt8]? {
        guard index < bytes.count else { return nil }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            guard bytes.count - index >= 4 else { return nil }
            let digits = String(decoding: bytes[index..<index + 4], as: UTF8.self)
            // Halves of a pair are no scalars, and in no name that we look at.
            guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }), let code = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(code)
            else { return nil }
            index += 4
            return Array(String(scalar).utf8)
        default: return nil
        }
    }

    private mutating func number() -> Int64? {
        let start = index
        while index < bytes.count, bytes[index] == UInt8(ascii: "-") || (bytes[index] &- 0x30) < 10 { index += 1 }
        return Int64(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let isNext = text.withUTF8Buffer { wanted in
            bytes.count - index >= wanted.count
                && wanted.indices.allSatisfy { bytes[index + $0] == wanted[$0] }
        }
        if isNext { index += text.utf8CodeUnitCount }
        return isNext
    }

    private mutating func skipBlanks() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }
}

/// Reads bytes from the front of a text; what does not fit stays where it is.
struct ByteScanner {
    private(set) var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) { rest = text }

    var isAtEnd: Bool { rest.isEmpty }

    /// Steps over `text` if it comes next.
    mutating func take(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard rest.count >= length else { return false }
        let isNext = text.withUTF8Buffer { wanted in
            rest.withUnsafeBufferPointer { found in
                for index in 0..<length where found[index] != wanted[index] { return false }
                return true
            }
        }
        if isNext { rest = rest.dropFirst(length) }
        return isNext
    }

    /// Steps over one byte if it is one of two.
    mutating func take(_ one: Unicode.Scalar, or other: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, byte == UInt8(ascii: one) || byte == UInt8(ascii: other) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// The number that the next `digits` bytes write in decimal.
    mutating func number(digits: Int) -> Int? {
        guard rest.count >= digits else { return nil }
        var value = 0
        for byte in rest.prefix(digits) {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        rest = rest.dropFirst(digits)
        return value
    }

    /// The number, as long as it is written, that comes next: 1 to 18 decimal digits.
    mutating func number() -> Int64? {
        let digits = rest.prefix { ($0 &- 0x30) < 10 }
        guard (1...18).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
    }

    /// The bytes up to the first that does not fit.
    mutating func prefix(while fits: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = rest.prefix(while: fits)
        rest = rest.dropFirst(taken.count)
        return taken
    }

    /// The bytes up to the first `end`, which is stepped over; nil where there is none.
    mutating func text(upTo end: Unicode.Scalar) -> ArraySlice<UInt8>? {
        guard let index = rest.firstIndex(of: UInt8(ascii: end)) else { return nil }
        let taken = rest[..<index]
        rest = rest[(index + 1)...]
        return taken
    }

    /// A date and a time of day, `2026-11-21 02:00:00`; ranges are not checked.
    mutating func dateAndTime() -> CivilTime? {
        guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
            let day = number(digits: 2), take(" "), let hour = number(digits: 2), take(":"),
            let minute = number(digits: 2), take(":"), let second = number(digits: 2)
        else { return nil }
        return CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }
}

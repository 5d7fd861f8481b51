internal import Glibc

extension Timestamp {
    /// Reads RFC 3339: `2026-11-21T09:11:24Z`, `2026-11-21 09:11:24.5+01:00`; nil where it is something else.
    public init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]

        func number(_ count: Int, _ range: ClosedRange<Int32>) -> Int32? {
            let digits = rest.prefix(count)
            guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest = rest.dropFirst(count)
            let number = digits.reduce(0) { $0 * 10 + Int32($1 - 0x30) }
            return range.contains(number) ? number : nil
        }
        func take(_ letters: StaticString) -> Bool {
            guard let first = rest.first, "\(letters)".utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }

        var fields = tm()
        guard let year = number(4, 1970...9999), take("-"), let month = number(2, 1...12), take("-"),
            let day = number(2, 1...31), take("Tt "), let hour = number(2, 0...23), take(":"),
            let minute = number(2, 0...59), take(":"), let second = number(2, 0...60)
        else { return nil }
        (fields.tm_year, fields.tm_mon, fields.tm_mday) = (year - 1900, month - 1, day)
        (fields.tm_hour, fields.tm_min) = (hour, minute)
        var micro: Int64 = 0
        if take(".") {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(digits.count)
            let six = digits.prefix(6)
            micro = six.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
            for _ in six.count..<6 { micro *= 10 }
        }
        var offset: Int32 = 0
        if !take("Zz") {
            let isWest = rest.first == UInt8(ascii: "-")
            guard take("+-"), let hours = number(2, 0...23), take(":"), let minutes = number(2, 0...59) else {
                return nil
            }
            offset = (hours * 60 + minutes) * (isWest ? -60 : 60)
        }
        guard rest.isEmpty else { return nil }
        let begin = timegm(&fields)
        // A day that the month does not have has become one of the next.
        guard fields.tm_mday == day else { return nil }
        let seconds = Int64(begin) + Int64(second) - Int64(offset)
        // In UTC, too, its year has four digits, and is not before the first.
        guard (0..<253_402_300_800).contains(seconds) else { return nil }
        self.init(microseconds: seconds * 1_000_000 + micro)
    }
}

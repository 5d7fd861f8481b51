internal import BanModel

/// Writes lines of words with a blank between them, as bytes at once: every report that is told or kept comes through here.
public struct FieldWriter {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    mutating func add(_ word: String) {
        separate()
        append(word)
    }

    mutating func add(_ number: Int64) {
        separate()
        bytes.append(decimal: number)
    }

    mutating func add(_ number: UInt64) {
        separate()
        bytes.append(decimal: number)
    }

    mutating func add(_ address: Address) {
        separate()
        address.append(to: &bytes)
    }

    /// With commas between them.
    mutating func add(_ clusters: [Cluster]) {
        separate()
        clusters.append(to: &bytes)
    }

    mutating func add(_ signature: Signature) {
        separate()
        signature.append(to: &bytes)
    }

    mutating func endLine() {
        bytes.append(0x0A)
        isFirst = true
    }

    /// The rest of a line that somebody else writes.
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Leaves room for a checksum, which is known when the rest of the line is.
    mutating func addChecksum() { add("........") }

    /// Writes eight digits over that room.
    mutating func fill(_ start: Int, with checksum: UInt32) {
        for index in 0..<8 {
            let digit = UInt8(truncatingIfNeeded: checksum >> UInt32(28 - 4 * index) & 15)
            bytes[start + index] = digit < 10 ? 0x30 + digit : 0x57 + digit
        }
    }

    private mutating func separate() {
        if !isFirst { bytes.append(0x20) }
        isFirst = false
    }
}

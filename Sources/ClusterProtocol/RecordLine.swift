/// A state file is lines, each behind its checksum: a line that a crash cut short is known, and so is its end.
///
///     3f2a9c01 FIELD FIELD …
package enum RecordLine {
    /// The line with its checksum and its end.
    static func line(_ fields: [String]) -> [UInt8] {
        let text = Array(fields.joined(separator: " ").utf8)
        let sum = String(checksum(text), radix: 16)
        return Array(String(repeating: "0", count: 8 - sum.count).utf8) + Array(sum.utf8) + [0x20] + text + [0x0A]
    }

    /// The fields of each line up to the first that is damaged, and how many bytes were whole.
    static func read(_ bytes: [UInt8]) -> (lines: [[Substring]], whole: Int) {
        var lines: [[Substring]] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            let line = bytes[start..<end]
            guard line.count > 9, line[start + 8] == 0x20,
                let sum = UInt32(String(decoding: line.prefix(8), as: UTF8.self), radix: 16),
                sum == checksum(line.dropFirst(9)),
                let text = String(validating: line.dropFirst(9), as: UTF8.self)
            else { break }
            lines.append(text.split(separator: " "))
            start = end + 1
        }
        return (lines, start)
    }

    /// CRC-32 as in ISO 3309, the one of zlib and PNG.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
    }
}

/// What can stand in a state file.
package protocol StateRecord: Sendable {
    init?(fields: [Substring])
    var fields: [String] { get }
}

extension StateRecord {
    /// The record's line, ready to be appended.
    package var line: [UInt8] { RecordLine.line(fields) }

    /// Reads a state file up to its first damaged line.
    ///
    /// - Returns: the records, and how many bytes of the file hold them: what follows is to be cut off.
    package static func read(_ bytes: [UInt8]) -> (records: [Self], whole: Int) {
        let (lines, whole) = RecordLine.read(bytes)
        return (lines.compactMap(Self.init(fields:)), whole)
    }
}

/// CRC-32 as in ISO 3309, the one of zlib and PNG: eight bytes at a time ("slicing-by-8").
enum Checksum {
    static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            bytes.withUnsafeBytes { bytes in
                var sum = ~UInt32(0)
                var start = 0
                while start + 8 <= bytes.count {
                    var word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
                    word ^= UInt64(sum)
                    sum = 0
                    for table in 0..<8 {
                        let byte = Int(truncatingIfNeeded: word >> UInt64(8 * table)) & 0xFF
                        sum ^= tables[(7 - table) << 8 | byte]
                    }
                    start += 8
                }
                for byte in bytes[start...] {
                    sum = tables[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ (sum >> 8)
                }
                return ~sum
            }
        }
    }

    /// Eight tables, one behind the other: what a byte does to the sum, and what it does when so many more have followed.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        for byte in UInt32(0)..<256 {
            var sum = byte
            for _ in 0..<8 { sum = sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
            tables.append(sum)
        }
        for index in 256..<8 * 256 {
            let before = tables[index - 256]
            tables.append(tables[Int(before & 0xFF)] ^ (before >> 8))
        }
        return tables
    }()
}

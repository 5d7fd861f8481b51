/// A request as fail2ban's client makes it: a list of texts, in protocol 2, which every server reads.
enum PickledWords {
    static func bytes(_ words: [String]) -> [UInt8] {
        var bytes: [UInt8] = [0x80, 2, UInt8(ascii: "]"), UInt8(ascii: "(")]
        for word in words {
            let text = Array(word.utf8)
            bytes.append(UInt8(ascii: "X"))
            for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: text.count >> shift)) }
            bytes += text
        }
        return bytes + [UInt8(ascii: "e"), UInt8(ascii: ".")]
    }
}

/// Text from outside for a message: in quotation marks, printable ASCII, at most 80 bytes.
///
/// What a terminal or a log reader could take for something else is written as `\xHH`.
func quotation(_ text: some Sequence<UInt8>) -> String {
    let most = 80 - 2 - 3
    var quoted = ""
    for byte in text {
        let isPlain = (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        let piece = isPlain ? String(UnicodeScalar(byte)) : #"\x"# + hexadecimal(byte >> 4) + hexadecimal(byte & 15)
        if quoted.utf8.count + piece.utf8.count > most { return "\"\(quoted)\"..." }
        quoted += piece
    }
    return "\"\(quoted)\""
}

private func hexadecimal(_ digit: UInt8) -> String { String(digit, radix: 16, uppercase: true) }

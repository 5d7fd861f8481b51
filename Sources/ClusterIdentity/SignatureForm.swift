internal import BanModel

/// What the bytes of a signature are: who signed (32), Ed25519's words (64), the form of all this (1: 1), the report's
/// place among those that share the signature (1), how many these are (1), nothing (1: 0), and the path (32 each).
struct SignatureForm {
    private static let form: UInt8 = 1
    private static let head = 100

    var key: PublicKey
    var words: [UInt8]
    var index: Int
    var count: Int
    var path: [SignedText.Hash]

    init(key: PublicKey, words: [UInt8], index: Int, count: Int, path: [SignedText.Hash]) {
        self.key = key
        self.words = words
        self.index = index
        self.count = count
        self.path = path
    }

    var signature: Signature {
        Signature(bytes: key.bytes + words + [Self.form, UInt8(index), UInt8(count), 0] + path.joined())
    }

    /// nil where it is none of this form.
    init?(_ signature: Signature) {
        let bytes = signature.bytes
        guard bytes.count >= Self.head, bytes.count <= Signature.longest, bytes[96] == Self.form, bytes[99] == 0,
            (bytes.count - Self.head) % 32 == 0
        else { return nil }
        key = PublicKey(bytes: Array(bytes[0..<32]))
        words = Array(bytes[32..<96])
        (index, count) = (Int(bytes[97]), Int(bytes[98]))
        path = stride(from: Self.head, to: bytes.count, by: 32).map { Array(bytes[$0..<$0 + 32]) }
    }
}

public import BanModel
internal import Crypto

extension Cluster {
    /// RFC 4648's, in lower case.
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// The fingerprint of its public key (Ed25519, RFC 8032): the first 20 bytes of its SHA-256, in base32.
    public init(key: PublicKey) {
        let digest = SHA256.hash(data: key.bytes).prefix(20)
        var text: [UInt8] = []
        var bits: UInt64 = 0
        var count = 0
        for byte in digest {
            bits = bits << 8 | UInt64(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(Self.alphabet[Int(bits >> UInt64(count) & 31)])
            }
        }
        guard let cluster = Cluster(String(decoding: text, as: UTF8.self)) else {
            preconditionFailure("160 bits are 32 characters")
        }
        self = cluster
    }
}

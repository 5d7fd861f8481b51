public import BanModel
internal import Crypto

/// The key of a cluster (Ed25519, RFC 8032): whoever has it speaks for all its hosts.
public struct ClusterKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    public let publicKey: PublicKey
    public let cluster: Cluster

    /// - Parameter secret: the seed; any 32 bytes are one.
    public init(_ secret: SecretKey) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: secret.bytes) else {
            preconditionFailure("32 bytes are a seed")
        }
        self.key = key
        publicKey = PublicKey(bytes: Array(key.publicKey.rawRepresentation))
        cluster = Cluster(key: publicKey)
    }

    /// A new one, as it is kept in a file.
    public static func makeSecret() -> SecretKey {
        SecretKey(bytes: Array(Curve25519.Signing.PrivateKey().rawRepresentation))
    }

    /// As ``sign(_:)`` leaves them.
    public func signed(_ reports: [SharedReport]) -> [SharedReport] {
        var signed = reports
        sign(&signed)
        return signed
    }

    /// Signs what has no signature yet, all of it this cluster's own; so many at a time share one.
    public func sign(_ reports: inout [SharedReport]) {
        let unsigned = reports.indices.filter { reports[$0].signature == nil }
        for start in stride(from: 0, to: unsigned.count, by: HashTree.most) {
            let batch = unsigned[start..<min(start + HashTree.most, unsigned.count)]
            let tree = HashTree(leaves: batch.map { SignedText.leaf(of: reports[$0]) })
            guard let words = try? key.signature(for: SignedText.batch(tree.root, count: batch.count)) else {
                preconditionFailure("a key signs whatever it is given")
            }
            for (index, report) in batch.enumerated() {
                let form = SignatureForm(
                    key: publicKey, words: Array(words), index: index, count: batch.count, path: tree.path(to: index))
                reports[report].signature = form.signature
            }
        }
    }
}

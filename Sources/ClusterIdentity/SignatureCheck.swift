public import BanModel
internal import Crypto

/// Whether reports are signed by the clusters that are said to have made them.
///
/// It remembers what was right, since many reports share one signature.
public struct SignatureCheck: Sendable {
    private struct Signed: Hashable, Sendable {
        var key: PublicKey
        var words: [UInt8]
        var text: [UInt8]

        /// By a part of the words, which are as good as random: each byte of all would take longer than the rest.
        func hash(into hasher: inout Hasher) {
            for byte in words.prefix(8) { hasher.combine(byte) }
        }
    }

    /// What is remembered, at most.
    private static let memory = 256

    private var right: Set<Signed> = []
    /// How often a signature was really looked at.
    private(set) var looks = 0

    public init() {}

    public mutating func isRight(_ report: SharedReport) -> Bool {
        guard let signature = report.signature, let form = SignatureForm(signature),
            Cluster(key: form.key) == report.cluster,
            let root = HashTree.root(
                over: SignedText.leaf(of: report), at: form.index, of: form.count, path: form.path)
        else { return false }
        let text = SignedText.batch(root, count: form.count)
        let signed = Signed(key: form.key, words: form.words, text: text)
        if right.contains(signed) { return true }
        looks += 1
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: form.key.bytes),
            key.isValidSignature(form.words, for: text)
        else { return false }
        if right.count >= Self.memory { right = [] }
        right.insert(signed)
        return true
    }
}

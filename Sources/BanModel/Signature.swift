/// What a cluster gives its own reports on their way through friends, so that nobody else can make or alter one.
///
/// What its bytes are, `ClusterIdentity` knows.
package struct Signature: Hashable, Sendable {
    /// In bytes, of which there are always a multiple of 4.
    package static let longest = 228

    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads Z85; nil where the text is none, or too long.
    package init?(_ text: some StringProtocol) { self.init(utf8: Array(text.utf8)[...]) }

    /// As from a text, whose bytes these are.
    package init?(utf8 text: ArraySlice<UInt8>) {
        guard text.count <= Self.longest / 4 * 5, let bytes = Z85.bytes(of: text), !bytes.isEmpty else {
            return nil
        }
        self.bytes = bytes
    }

    /// In Z85, which has no blank.
    package var text: String { Z85.text(of: bytes) }
}

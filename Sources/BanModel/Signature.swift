/// What a cluster gives its own reports on their way through friends, so that nobody else can make or alter one.
///
/// What its bytes are, `ClusterIdentity` knows.
public struct Signature: Hashable, Sendable {
    /// In bytes, of which there are always a multiple of 4.
    public static let longest = 228

    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads Z85; nil where the text is none, or too long.
    public init?(_ text: some StringProtocol) { self.init(utf8: Array(text.utf8)[...]) }

    /// As from a text, whose bytes these are.
    public init?(utf8 text: ArraySlice<UInt8>) {
        guard text.count <= Self.longest / 4 * 5, let bytes = Z85.bytes(of: text), !bytes.isEmpty else {
            return nil
        }
        self.bytes = bytes
    }

    /// In Z85, which has no blank.
    public var text: String { Z85.text(of: bytes) }

    /// The bytes of ``text``.
    public func append(to text: inout [UInt8]) { Z85.append(bytes, to: &text) }
}

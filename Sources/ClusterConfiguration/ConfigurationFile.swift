/// The name and the bytes of one file, read by whoever has files.
public struct ConfigurationFile: Hashable, Sendable {
    /// In bytes.
    public static let largest = 1 << 20

    public let name: String
    public let bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    public init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }
}

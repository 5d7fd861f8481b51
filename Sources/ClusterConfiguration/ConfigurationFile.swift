/// The name and the bytes of one file, read by whoever has files.
package struct ConfigurationFile: Hashable, Sendable {
    /// In bytes.
    package static let largest = 1 << 20

    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    package init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }
}

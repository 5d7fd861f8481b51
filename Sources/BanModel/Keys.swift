/// A public key of CURVE (zmq_curve(7)): by it a server knows a client, and a client its server.
public struct PublicKey: Hashable, Sendable, CustomStringConvertible {
    /// 32 of them.
    public let bytes: [UInt8]

    public static let rule = "a public key of 40 characters, as fail2ban-cluster keygen prints it"

    /// - Parameter bytes: 32.
    public init(bytes: [UInt8]) {
        precondition(bytes.count == 32, "a key has 32 bytes")
        self.bytes = bytes
    }

    /// Reads 40 characters of Z85; nil where the text is no key.
    public init?(_ text: some StringProtocol) {
        guard let bytes = Z85.key(text) else { return nil }
        self.bytes = bytes
    }

    public var description: String { Z85.text(of: bytes) }
}

/// A secret key of CURVE: whoever has it is taken for its host.
public struct SecretKey: Hashable, Sendable {
    /// 32 of them; not for any log or message.
    public let bytes: [UInt8]

    /// - Parameter bytes: 32.
    public init(bytes: [UInt8]) {
        precondition(bytes.count == 32, "a key has 32 bytes")
        self.bytes = bytes
    }

    /// Reads 40 characters of Z85; nil where the text is no key.
    public init?(_ text: some StringProtocol) {
        guard let bytes = Z85.key(text) else { return nil }
        self.bytes = bytes
    }

    /// As it is written into a key file.
    public var text: String { Z85.text(of: bytes) }
}

extension SecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    // What is written to a log, or dumped, must not give it away.
    public var description: String { "(secret key)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

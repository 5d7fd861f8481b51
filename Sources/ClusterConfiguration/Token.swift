/// The shared secret of the old protocol: the first field of a monitor's request.
public struct Token: Hashable, Sendable {
    /// Not for any log or message.
    public let secret: String

    static let rule = "1 to 255 bytes without blanks, control characters and |"

    /// nil where the text could not be one field of a request.
    public init?(_ secret: String) {
        guard (1...255).contains(secret.utf8.count),
            !secret.unicodeScalars.contains(where: {
                $0 == "|" || $0.properties.isWhitespace || $0.properties.generalCategory == .control
            })
        else { return nil }
        self.secret = secret
    }
}

extension Token: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    // A section that is written to a log, or dumped, must not give its tokens away.
    public var description: String { "(token)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

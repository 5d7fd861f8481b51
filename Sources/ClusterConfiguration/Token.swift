/// The shared secret of the old protocol: the first field of a monitor's request.
package struct Token: Hashable, Sendable {
    /// Not for any log or message.
    package let secret: String

    static let rule = "1 to 255 bytes without blanks, control characters and |"

    /// nil where the text could not be one field of a request.
    package init?(_ secret: String) {
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
    package var description: String { "(token)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

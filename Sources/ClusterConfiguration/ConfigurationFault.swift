/// A line of a configuration file, or the file as a whole.
package struct Place: Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// From 1; nil: the file as a whole.
    package let line: Int?

    package var description: String { line.map { "\(file):\($0)" } ?? file }
}

/// One thing that is wrong in a configuration, in the words that an administrator reads.
package struct ConfigurationFault: Hashable, Sendable, CustomStringConvertible {
    package let place: Place
    /// nil where a line as a whole is wrong.
    package let key: String?
    /// What was written there; nil where nothing was, or where nobody should read it.
    package let value: String?
    /// What is allowed.
    package let reason: String

    init(_ place: Place, key: String? = nil, value: String? = nil, _ reason: String) {
        self.place = place
        self.key = key
        self.value = value
        self.reason = reason
    }

    package var description: String {
        var text = "\(place): "
        if let key { text += "\(key): " }
        text += reason
        if let value { text += ", got \"\(Self.shortened(value))\"" }
        return text
    }

    /// A fault is one line on a terminal, however long the value.
    static func shortened(_ value: String) -> String {
        value.count <= 100 ? value : value.prefix(100) + "…"
    }
}

/// Everything that is wrong in a configuration, in the order of the files and of their lines.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    package let faults: [ConfigurationFault]

    /// One fault a line.
    package var description: String { faults.map(\.description).joined(separator: "\n") }
}

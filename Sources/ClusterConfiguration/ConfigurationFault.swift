/// A line of a configuration file, or the file as a whole.
public struct Place: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// From 1; nil: the file as a whole.
    public let line: Int?

    public var description: String { line.map { "\(file):\($0)" } ?? file }
}

/// One thing that is wrong in a configuration, in the words that an administrator reads.
public struct ConfigurationFault: Hashable, Sendable, CustomStringConvertible {
    public let place: Place
    /// nil where a line as a whole is wrong.
    public let key: String?
    /// What was written there; nil where nothing was, or where nobody should read it.
    public let value: String?
    /// What is allowed.
    public let reason: String

    init(_ place: Place, key: String? = nil, value: String? = nil, _ reason: String) {
        self.place = place
        self.key = key
        self.value = value
        self.reason = reason
    }

    public var description: String {
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
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    public let faults: [ConfigurationFault]

    /// One fault a line.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}

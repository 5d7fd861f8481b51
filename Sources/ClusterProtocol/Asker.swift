public import BanModel

/// Who asks, as it stands in the first line of a request: `HOST [TOKEN]`.
public struct Asker: Hashable, Sendable {
    public var host: Host
    public var token: String?

    public init(host: Host, token: String?) {
        self.host = host
        self.token = token
    }

    var line: String { token.map { "\(host) \($0)" } ?? host.name }

    init?(reading fields: inout FieldReader) {
        guard let host = fields.host() else { return nil }
        var token: String?
        if !fields.isAtEnd {
            token = fields.word()
            guard token != nil, fields.isAtEnd else { return nil }
        }
        self.init(host: host, token: token)
    }
}

/// A request of the new form: its verb and a bar, who asks, and lines that depend on the verb.
///
///     VERB|HOST [TOKEN]
///     …
struct AskedLines {
    /// In bytes: all buckets, each with a blank, and the longest first line.
    static let longest = 8192

    let asker: Asker
    /// At the end of the first line.
    private var fields: FieldReader

    static func bytes(_ verb: String, _ asker: Asker, _ lines: String...) -> [UInt8] {
        Array(([verb + "|" + asker.line] + lines).joined(separator: "\n").utf8)
    }

    /// nil where the request has another verb.
    init?(_ verb: String, reading bytes: [UInt8]) throws(HubRefusal) {
        let head = Array("\(verb)|".utf8)
        guard bytes.starts(with: head) else { return nil }
        guard bytes.count <= Self.longest else { throw HubRefusal(.never, "a request of \(bytes.count) bytes") }
        var fields = FieldReader(bytes, from: head.count)
        guard let asker = Asker(reading: &fields) else {
            throw HubRefusal(.never, "a request whose first line is not \(verb)|HOST [TOKEN]")
        }
        self.asker = asker
        self.fields = fields
    }

    /// What its one other line says.
    func only<Content>(_ read: (inout FieldReader) throws(HubRefusal) -> Content?) throws(HubRefusal) -> Content {
        var fields = fields
        guard fields.nextLine(), let content = try read(&fields), fields.isAtEnd, !fields.nextLine() else {
            throw Self.notUnderstood
        }
        return content
    }

    /// Throws where it has more than its first line.
    func nothing() throws(HubRefusal) {
        var fields = fields
        if fields.nextLine() { throw Self.notUnderstood }
    }

    private static var notUnderstood: HubRefusal { HubRefusal(.never, "a request that is not understood") }
}

package import BanModel

/// Who asks, as it stands in the first line of a request: `HOST [TOKEN]`.
package struct Asker: Hashable, Sendable {
    package var host: Host
    package var token: String?

    package init(host: Host, token: String?) {
        self.host = host
        self.token = token
    }

    var line: String { token.map { "\(host) \($0)" } ?? host.name }

    init?(line: Substring) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard (1...2).contains(words.count), let host = Host(words[0]) else { return nil }
        self.init(host: host, token: words.count == 2 ? String(words[1]) : nil)
    }
}

/// A request of the new form: its verb and a bar, who asks, and lines that depend on the verb.
///
///     VERB|HOST [TOKEN]
///     …
struct AskedLines {
    /// In bytes: all buckets, each with a blank, and the longest first line.
    static let longest = 8192

    var asker: Asker
    /// Without the first; at least one.
    var lines: [Substring]

    static func bytes(_ verb: String, _ asker: Asker, _ lines: String...) -> [UInt8] {
        Array(([verb + "|" + asker.line] + lines).joined(separator: "\n").utf8)
    }

    /// nil where the request has another verb.
    init?(_ verb: String, reading bytes: [UInt8]) throws(HubRefusal) {
        let head = Array("\(verb)|".utf8)
        guard bytes.starts(with: head) else { return nil }
        guard bytes.count <= Self.longest else { throw HubRefusal(.never, "a request of \(bytes.count) bytes") }
        guard let text = String(validating: bytes.dropFirst(head.count), as: UTF8.self) else {
            throw HubRefusal(.never, "not UTF-8")
        }
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        guard let asker = Asker(line: lines[0]) else {
            throw HubRefusal(.never, "a request whose first line is not \(verb)|HOST [TOKEN]")
        }
        self.asker = asker
        self.lines = Array(lines.dropFirst())
    }
}

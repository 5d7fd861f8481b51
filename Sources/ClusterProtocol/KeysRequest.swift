public import BanModel
internal import FoundationEssentials

/// What a twin asks to know the same authorised keys (docs/protocol.md).
///
///     KEYS|CLUSTER
///     all
///
/// or, where the answer before was not whole, `after NAME`.
public struct KeysRequest: Hashable, Sendable {
    static let verb = "KEYS"

    public var asker: Asker
    /// The last name of the answer before; nil: from the first one on.
    public var after: String?

    public init(asker: Asker, after: String? = nil) {
        self.asker = asker
        self.after = after
    }

    public var bytes: [UInt8] { AskedLines.bytes(Self.verb, asker, after.map { "after \($0)" } ?? "all") }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        guard let request = try AskedLines(Self.verb, reading: bytes) else { return nil }
        let after = try request.only { (fields) throws(HubRefusal) -> String? in
            if fields.take("all") { return "" }
            guard fields.take("after"), let name = fields.word(), KeyEntry.isName(name) else { return nil }
            return name
        }
        self.init(asker: request.asker, after: after.isEmpty ? nil : after)
    }
}

/// The hub's answer to ``KeysRequest``, in the order of the names.
///
///     KEYS whole
///     key web1.conf 1800000000000000 W2NsaWVudF0K…
///     gone web2.conf 1800000000000001
///
/// The contents are base64 (RFC 4648). Where more follows, the first line is `KEYS part`.
public enum KeysReply: Hashable, Sendable {
    case entries([KeyEntry], isWhole: Bool)
    case refusal(HubRefusal)
    case nonsense

    /// In bytes of lines: then no more is begun.
    private static let most = 1 << 20
    private static let head = "KEYS"

    /// - Parameters:
    ///   - entries: in the order of their names.
    ///   - after: those behind this name.
    public init(_ entries: [KeyEntry], after: String?) {
        let left = entries.drop { entry in after.map { entry.name <= $0 } ?? false }
        var size = 0
        let part = left.prefix { entry in
            defer { size += 4 * (entry.contents?.count ?? 0) / 3 + entry.name.utf8.count + 30 }
            return size < Self.most
        }
        self = .entries(Array(part), isWhole: part.count == left.count)
    }

    public var bytes: [UInt8] {
        switch self {
        case .entries(let entries, let isWhole):
            var fields = FieldWriter()
            fields.append("\(Self.head) \(isWhole ? "whole" : "part")")
            fields.addLines(entries)
            return fields.bytes
        case .refusal(let refusal): return refusal.bytes
        case .nonsense: return []
        }
    }

    public init(_ bytes: [UInt8]) {
        if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
            return
        }
        self = .nonsense
        guard bytes.count <= SyncBounds.longest else { return }
        var fields = FieldReader(bytes)
        guard fields.word() == Self.head, let word = fields.word(), ["whole", "part"].contains(word), fields.isAtEnd,
            let entries: [KeyEntry] = fields.entries(), word == "whole" || !entries.isEmpty
        else { return }
        self = .entries(entries, isWhole: word == "whole")
    }
}

/// `key NAME VERSION CONTENTS`, `gone NAME VERSION`.
extension KeyEntry: StateRecord {
    /// A file with nothing in it: a word is never empty.
    private static let nothing = "-"

    public init?(reading fields: inout FieldReader) {
        let isGone = fields.take("gone")
        guard isGone || fields.take("key"), let name = fields.word(), let version = fields.integer() else { return nil }
        var contents: [UInt8]?
        if !isGone {
            guard let word = fields.word(), let bytes = Data(base64Encoded: word == Self.nothing ? "" : word) else {
                return nil
            }
            contents = Array(bytes)
        }
        guard fields.isAtEnd else { return nil }
        self.init(name: name, version: version, contents: contents)
    }

    public func write(to fields: inout FieldWriter) {
        fields.add(contents == nil ? "gone" : "key")
        fields.add(name)
        fields.add(version)
        if let contents { fields.add(contents.isEmpty ? Self.nothing : Data(contents).base64EncodedString()) }
    }
}

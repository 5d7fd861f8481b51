public import BanModel

/// What somebody who keeps a copy asks of the hub (docs/protocol.md).
///
///     SYNC|HOST [TOKEN]
///     since EPOCH SEQUENCE
///
/// or, to what the hub answered with its buckets,
///
///     SYNC|HOST [TOKEN]
///     fetch BUCKET … [after HOST SOURCE JAIL ADDRESS]
///
/// A friend's hub asks in the same way for what friends are told, `SHARE|CLUSTER`, and a twin for all that there is,
/// `TWIN|CLUSTER`.
public struct SyncRequest: Hashable, Sendable {
    public var asker: Asker
    public var question: CopyQuestion
    public var audience: Audience

    public init(asker: Asker, question: CopyQuestion, audience: Audience = .copies) {
        self.asker = asker
        self.question = question
        self.audience = audience
    }

    public var bytes: [UInt8] { AskedLines.bytes(audience.verb, asker, question.line) }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        for audience in Audience.allCases {
            guard let request = try AskedLines(audience.verb, reading: bytes) else { continue }
            let question = try request.only { (fields) throws(HubRefusal) -> CopyQuestion? in
                CopyQuestion(reading: &fields)
            }
            self.init(asker: request.asker, question: question, audience: audience)
            return
        }
        return nil
    }
}

extension CopyQuestion {
    fileprivate var line: String {
        switch self {
        case .since(let epoch, let sequence): return "since \(hexadecimal(epoch)) \(sequence)"
        case .fetch(let buckets, let key):
            let numbers = buckets.map(String.init).joined(separator: " ")
            return "fetch \(numbers)\(key?.text ?? "")"
        }
    }

    fileprivate init?(reading fields: inout FieldReader) {
        switch fields.word() {
        case "since":
            guard let epoch = fields.hexadecimal(), let sequence = fields.unsigned() else { return nil }
            self = .since(epoch: epoch, sequence: sequence)
        case "fetch":
            var buckets: [Int] = []
            var key: ReportKey?
            while key == nil, !fields.isAtEnd {
                var ahead = fields
                if let bucket = ahead.unsigned() {
                    guard bucket < UInt64(ReportBuckets.count) else { return nil }
                    buckets.append(Int(bucket))
                    fields = ahead
                } else {
                    guard fields.word() == ReportKey.after, let last = ReportKey(reading: &fields) else { return nil }
                    key = last
                }
            }
            guard !buckets.isEmpty, buckets.count <= ReportBuckets.count else { return nil }
            self = .fetch(buckets, after: key)
        default: return nil
        }
    }
}

/// What a ``SyncReply`` holds at most.
public enum SyncBounds {
    /// In bytes.
    public static let longest = 1 << 22
    /// In reports, and in those that friends are told, whose signatures take room: the longest of these fit.
    public static let (mostReports, mostShared) = (8_000, 3_000)
}

/// The hub's answer to ``SyncRequest``.
public enum SyncReply<Entry: StateRecord & Hashable>: Hashable, Sendable {
    case answer(CopyAnswer<Entry>)
    case refusal(HubRefusal)
    case nonsense

    public var bytes: [UInt8] {
        switch self {
        case .answer(let answer): answer.bytes
        case .refusal(let refusal): refusal.bytes
        case .nonsense: []
        }
    }

    public init(_ bytes: [UInt8]) {
        if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
        } else {
            self = CopyAnswer(reading: bytes).map { .answer($0) } ?? .nonsense
        }
    }
}

///     CHANGES EPOCH SEQUENCE LATEST
///     banned web1 log sshd 192.0.2.1 1800000000000000 1800000600000000
private enum Head {
    static let (changes, buckets, fetched) = ("CHANGES", "BUCKETS", "FETCHED")
}

extension CopyAnswer where Entry: StateRecord {
    fileprivate var bytes: [UInt8] {
        var fields = FieldWriter()
        switch self {
        case .changes(let epoch, let sequence, let latest, let reports):
            fields.append("\(Head.changes) \(hexadecimal(epoch)) \(sequence) \(latest)")
            fields.addLines(reports)
        case .buckets(let epoch, let sequence, let buckets):
            fields.append("\(Head.buckets) \(hexadecimal(epoch)) \(sequence)\n\(buckets.text)")
        case .fetched(let whole, let key, let reports):
            fields.append("\(Head.fetched) \(whole)\(key?.text ?? "")")
            fields.addLines(reports)
        }
        return fields.bytes
    }

    fileprivate init?(reading bytes: [UInt8]) {
        guard bytes.count <= SyncBounds.longest else { return nil }
        var fields = FieldReader(bytes)
        switch fields.word() {
        case Head.changes:
            guard let epoch = fields.hexadecimal(), let sequence = fields.unsigned(), let latest = fields.unsigned(),
                fields.isAtEnd, let reports: [Entry] = fields.entries()
            else { return nil }
            self = .changes(epoch: epoch, sequence: sequence, latest: latest, reports)
        case Head.buckets:
            guard let epoch = fields.hexadecimal(), let sequence = fields.unsigned(), fields.isAtEnd, fields.nextLine(),
                let buckets = fields.word().flatMap({ ReportBuckets(text: $0) }), fields.isAtEnd, !fields.nextLine()
            else { return nil }
            self = .buckets(epoch: epoch, sequence: sequence, buckets)
        case Head.fetched:
            guard let whole = fields.unsigned().flatMap({ Int(exactly: $0) }),
                (0...ReportBuckets.count).contains(whole)
            else { return nil }
            var key: ReportKey?
            if !fields.isAtEnd {
                guard fields.word() == ReportKey.after, let last = ReportKey(reading: &fields) else { return nil }
                key = last
            }
            guard fields.isAtEnd, let reports: [Entry] = fields.entries() else { return nil }
            self = .fetched(whole: whole, after: key, reports)
        default: return nil
        }
    }
}

extension ReportKey {
    fileprivate static let after = "after"

    fileprivate var text: String {
        var fields = FieldWriter()
        write(to: &fields)
        return " \(Self.after) \(String(decoding: fields.bytes, as: UTF8.self))"
    }
}

extension ReportBuckets {
    /// 16 digits a bucket.
    fileprivate var text: String { digests.map { hexadecimal($0.value) }.joined() }

    fileprivate init?(text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16 * Self.count else { return nil }
        var digests: [ReportDigest] = []
        for start in stride(from: 0, to: bytes.count, by: 16) {
            guard let value = hexadecimal(String(decoding: bytes[start..<start + 16], as: UTF8.self)) else {
                return nil
            }
            digests.append(ReportDigest(value: value))
        }
        self.init(digests: digests)
    }
}

package import BanModel

/// What somebody who keeps a copy asks of the hub (docs/protocol.md).
///
///     SYNC|HOST [TOKEN]
///     since EPOCH SEQUENCE
///
/// or, to what the hub answered with its buckets,
///
///     SYNC|HOST [TOKEN]
///     fetch BUCKET … [after HOST SOURCE JAIL ADDRESS]
package struct SyncRequest: Hashable, Sendable {
    static let verb = "SYNC"

    package var asker: Asker
    package var question: CopyQuestion

    package init(asker: Asker, question: CopyQuestion) {
        self.asker = asker
        self.question = question
    }

    package var bytes: [UInt8] { AskedLines.bytes(Self.verb, asker, question.line) }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        guard let request = try AskedLines(Self.verb, reading: bytes) else { return nil }
        guard request.lines.count == 1, let question = CopyQuestion(line: request.lines[0]) else {
            throw HubRefusal(.never, "a request that is not understood")
        }
        self.init(asker: request.asker, question: question)
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

    fileprivate init?(line: Substring) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        switch words.first {
        case "since":
            guard words.count == 3, let epoch = UInt64(words[1], radix: 16), let sequence = UInt64(words[2]) else {
                return nil
            }
            self = .since(epoch: epoch, sequence: sequence)
        case "fetch":
            let parts = words.dropFirst().split(separator: "after", maxSplits: 1, omittingEmptySubsequences: false)
            let key = parts.count == 2 ? ReportKey(fields: parts[1]) : nil
            let buckets = parts[0].compactMap { Int($0) }
            guard !buckets.isEmpty, buckets.count == parts[0].count, buckets.count <= ReportBuckets.count,
                buckets.allSatisfy({ (0..<ReportBuckets.count).contains($0) }), (parts.count == 2) == (key != nil)
            else { return nil }
            self = .fetch(buckets, after: key)
        default: return nil
        }
    }
}

/// The hub's answer to ``SyncRequest``.
package enum SyncReply: Hashable, Sendable {
    case answer(CopyAnswer)
    case refusal(HubRefusal)
    case nonsense

    /// What a reply holds at most, in bytes, and in reports: the longest of these fit.
    package static let longest = 1 << 22
    package static let mostReports = 8_000

    package var bytes: [UInt8] {
        switch self {
        case .answer(let answer): answer.bytes
        case .refusal(let refusal): refusal.bytes
        case .nonsense: []
        }
    }

    package init(_ bytes: [UInt8]) {
        if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
        } else {
            self = CopyAnswer(reading: bytes).map { .answer($0) } ?? .nonsense
        }
    }
}

///     CHANGES EPOCH SEQUENCE LATEST
///     banned web1 log sshd 192.0.2.1 1800000000000000 1800000600000000
extension CopyAnswer {
    fileprivate var bytes: [UInt8] {
        switch self {
        case .changes(let epoch, let sequence, let latest, let reports):
            Array("CHANGES \(hexadecimal(epoch)) \(sequence) \(latest)\(lines(of: reports))".utf8)
        case .buckets(let epoch, let sequence, let buckets):
            Array("BUCKETS \(hexadecimal(epoch)) \(sequence)\n\(buckets.text)".utf8)
        case .fetched(let whole, let key, let reports):
            Array("FETCHED \(whole)\(key?.text ?? "")\(lines(of: reports))".utf8)
        }
    }

    fileprivate init?(reading bytes: [UInt8]) {
        guard bytes.count <= SyncReply.longest, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        let numbers = words.dropFirst(2).map { UInt64($0) }
        switch (words[0], words.count) {
        case ("CHANGES", 4):
            guard let epoch = UInt64(words[1], radix: 16), let sequence = numbers[0], let latest = numbers[1],
                let reports = try? Report.read(lines.dropFirst())
            else { return nil }
            self = .changes(epoch: epoch, sequence: sequence, latest: latest, reports)
        case ("BUCKETS", 3):
            guard let epoch = UInt64(words[1], radix: 16), let sequence = numbers[0], lines.count == 2,
                let buckets = ReportBuckets(text: lines[1])
            else { return nil }
            self = .buckets(epoch: epoch, sequence: sequence, buckets)
        case ("FETCHED", 2), ("FETCHED", 7):
            let key = words.count == 7 && words[2] == "after" ? ReportKey(fields: words[3...]) : nil
            guard let whole = Int(words[1]), (0...ReportBuckets.count).contains(whole),
                (words.count == 7) == (key != nil), let reports = try? Report.read(lines.dropFirst())
            else { return nil }
            self = .fetched(whole: whole, after: key, reports)
        default: return nil
        }
    }
}

extension ReportKey {
    fileprivate var text: String { " after \(fields.joined(separator: " "))" }
}

extension ReportBuckets {
    /// 16 digits a bucket.
    fileprivate var text: String { digests.map { hexadecimal($0.value) }.joined() }

    fileprivate init?(text: Substring) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16 * Self.count else { return nil }
        var digests: [ReportDigest] = []
        for start in stride(from: 0, to: bytes.count, by: 16) {
            guard let value = UInt64(String(decoding: bytes[start..<start + 16], as: UTF8.self), radix: 16) else {
                return nil
            }
            digests.append(ReportDigest(value: value))
        }
        self.init(digests: digests)
    }
}

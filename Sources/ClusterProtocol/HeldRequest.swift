public import BanModel

/// A monitor asks what the hub holds of its host, where their digests differ (docs/protocol.md).
///
///     HELD|HOST INSTANCE [TOKEN]
///     after SOURCE JAIL ADDRESS
public struct HeldRequest: Hashable, Sendable {
    private static let verb = "HELD"
    private static let head = Array("\(verb)|".utf8)
    private static let after = "after"

    public var host: Host
    public var instance: Instance
    public var token: String?
    public var question: HeldQuestion

    public init(host: Host, instance: Instance, token: String?, question: HeldQuestion) {
        self.host = host
        self.instance = instance
        self.token = token
        self.question = question
    }

    public var bytes: [UInt8] {
        var fields = FieldWriter()
        fields.append("\(Self.verb)|\(host) \(instance)\(token.map { " \($0)" } ?? "")")
        if let claim = question.after {
            fields.endLine()
            fields.add(Self.after)
            claim.write(to: &fields)
        }
        return fields.bytes
    }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        guard bytes.starts(with: Self.head) else { return nil }
        guard bytes.count <= AskedLines.longest else { throw HubRefusal(.never, "a request of \(bytes.count) bytes") }
        var fields = FieldReader(bytes, from: Self.head.count)
        let (host, instance, token) = try fields.monitor()
        var question = HeldQuestion()
        if fields.nextLine() {
            guard fields.word() == Self.after, let claim = HostClaim(reading: &fields), fields.isAtEnd,
                !fields.nextLine()
            else { throw HubRefusal(.never, "a request that is not understood") }
            question.after = claim
        }
        self.init(host: host, instance: instance, token: token, question: question)
    }
}

/// What came back to ``HeldRequest``.
public enum HeldReply: Hashable, Sendable {
    case answer(HeldAnswer)
    case refusal(HubRefusal)
    /// An old hub has taken the place of the one that was greeted.
    case oldHub
    case nonsense

    /// What a reply holds at most, in bytes, and in reports: the longest of these fit.
    public static let longest = 1 << 20
    public static let mostReports = 1000

    ///     HELD all|more
    ///     banned web1 log sshd 192.0.2.1 1800000000000000 1800000600000000
    public var bytes: [UInt8] {
        switch self {
        case .answer(let answer): answer.bytes
        case .refusal(let refusal): refusal.bytes
        case .oldHub: OldForm.refusal
        case .nonsense: []
        }
    }

    /// - Parameter host: the one that asked; others' reports are nonsense.
    public init(_ bytes: [UInt8], host: Host) {
        if bytes == OldForm.refusal {
            self = .oldHub
        } else if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
        } else {
            self = HeldAnswer(reading: bytes, host: host).map { .answer($0) } ?? .nonsense
        }
    }
}

extension HeldAnswer {
    private static let (head, all, more) = ("HELD", "all", "more")

    fileprivate var bytes: [UInt8] {
        var fields = FieldWriter()
        fields.append("\(Self.head) \(isAll ? Self.all : Self.more)")
        fields.addLines(reports)
        return fields.bytes
    }

    fileprivate init?(reading bytes: [UInt8], host: Host) {
        guard bytes.count <= HeldReply.longest else { return nil }
        var fields = FieldReader(bytes)
        guard fields.word() == Self.head, let extent = fields.word(), extent == Self.all || extent == Self.more,
            fields.isAtEnd, let reports: [Report] = fields.entries(), reports.count <= HeldReply.mostReports,
            reports.allSatisfy({ $0.origin.host == host && Origin.Source.ofMonitor.contains($0.origin.source) })
        else { return nil }
        // Who is told that there is more, and not what, would ask for ever.
        guard extent == Self.all || !reports.isEmpty else { return nil }
        self.init(reports: reports, isAll: extent == Self.all)
    }
}

/// `SOURCE JAIL ADDRESS`.
extension HostClaim {
    fileprivate init?(reading fields: inout FieldReader) {
        guard let source = fields.word().flatMap(Origin.Source.init), let subject = Subject(reading: &fields) else {
            return nil
        }
        self.init(source, subject)
    }

    fileprivate func write(to fields: inout FieldWriter) {
        fields.add(source.rawValue)
        subject.write(to: &fields)
    }
}

public import BanModel

/// A monitor's reports on their way to a hub that has answered its hello (docs/protocol.md).
///
///     REPORTS|HOST INSTANCE [TOKEN]
///     banned web1 log sshd 192.0.2.1 1800000000000000 1800000600000000
///
/// One frame of UTF-8 with one bar, as a hello: a hub of the old form that has taken a new one's place answers `NAK`.
public struct ReportsRequest: Hashable, Sendable {
    private static let verb = "REPORTS"
    static let head = Array("\(verb)|".utf8)
    /// What our hub takes in one request, in bytes and reports.
    public static let longest = 1 << 18
    public static let mostReports = 3000
    /// No hub takes less: the longest names, token and numbers fit.
    static let shortestLimit = 2048

    public var host: Host
    public var instance: Instance
    public var token: String?
    /// Of this host, in the order in which they are to be taken.
    public var reports: [Report]

    public init(host: Host, instance: Instance, token: String?, reports: [Report]) {
        self.host = host
        self.instance = instance
        self.token = token
        self.reports = reports
    }

    public var bytes: [UInt8] {
        var fields = FieldWriter()
        fields.append("\(Self.verb)|\(host) \(instance)")
        if let token { fields.append(" \(token)") }
        fields.addLines(reports)
        return fields.bytes
    }

    /// As many of the reports, from the first on, as fit into a request of so many bytes; one at least.
    public mutating func shorten(toFit limit: Int) {
        var size = Self.head.count + host.name.utf8.count + 18 + (token?.utf8.count ?? 0)
        for (index, report) in reports.enumerated() {
            var line = FieldWriter()
            report.write(to: &line)
            size += line.bytes.count + 1
            if size > limit, index > 0 {
                reports.removeSubrange(index...)
                return
            }
        }
    }

    /// - Parameter bytes: a request's that begins as this one does.
    init(reading bytes: [UInt8]) throws(HubRefusal) {
        guard bytes.count <= Self.longest else { throw HubRefusal(.never, "a request of \(bytes.count) bytes") }
        var fields = FieldReader(bytes, from: Self.head.count)
        let (host, instance, token) = try fields.monitor()
        var reports: [Report] = []
        while fields.nextLine() {
            guard reports.count < Self.mostReports else {
                throw HubRefusal(.never, "a request of more than \(Self.mostReports) reports")
            }
            guard let report = Report(reading: &fields) else {
                throw HubRefusal(.never, "line \(reports.count + 2) of a request is no report")
            }
            reports.append(report)
        }
        self.init(host: host, instance: instance, token: token, reports: reports)
    }
}

extension FieldReader {
    /// A first line that names a monitor: `HOST INSTANCE [TOKEN]`.
    mutating func monitor() throws(HubRefusal) -> (host: Host, instance: Instance, token: String?) {
        guard let host = host(), let instance = word().flatMap({ Instance($0) }) else { throw Self.noMonitor }
        if isAtEnd { return (host, instance, nil) }
        guard let token = word(), isAtEnd else { throw Self.noMonitor }
        return (host, instance, token)
    }

    private static var noMonitor: HubRefusal {
        HubRefusal(.never, "a request whose first line is not HOST INSTANCE [TOKEN]")
    }
}

/// What came back to ``ReportsRequest``.
public enum ReportsReply: Hashable, Sendable {
    /// All but those of these indices.
    case taken(epoch: UInt64, except: [Int: HubRefusal])
    case refusal(HubRefusal)
    /// An old hub has taken the place of the one that was greeted.
    case oldHub
    case nonsense

    ///     TAKEN EPOCH
    ///     INDEX VERDICT REASON
    public var bytes: [UInt8] {
        switch self {
        case .taken(let epoch, let refusals):
            var text = "TAKEN \(hexadecimal(epoch))"
            for (index, refusal) in refusals.sorted(by: { $0.key < $1.key }) {
                text += "\n\(index) \(refusal.verdict.rawValue) \(refusal.reason)"
            }
            return Array(text.utf8)
        case .refusal(let refusal): return refusal.bytes
        case .oldHub: return OldForm.refusal
        case .nonsense: return []
        }
    }

    /// - Parameter count: how many reports the request had.
    public init(_ bytes: [UInt8], count: Int) {
        if bytes == OldForm.refusal {
            self = .oldHub
        } else if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
        } else {
            self = Self.taken(bytes, count: count) ?? .nonsense
        }
    }

    private static func taken(_ bytes: [UInt8], count: Int) -> ReportsReply? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        let words = lines[0].split(separator: " ")
        guard words.count == 2, words[0] == "TAKEN", let epoch = hexadecimal(words[1]) else { return nil }
        var refusals: [Int: HubRefusal] = [:]
        for line in lines.dropFirst() {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let index = decimal(words[0]), (0..<count).contains(index),
                let verdict = HubRefusal.Verdict(rawValue: String(words[1]))
            else { return nil }
            refusals[index] = HubRefusal(verdict, String(words[2]))
        }
        return .taken(epoch: epoch, except: refusals)
    }
}

extension HubRefusal {
    private static let head = "REFUSED "

    /// The reply to a request that is refused whole: `REFUSED later REASON`.
    public var bytes: [UInt8] { Array("\(Self.head)\(verdict.rawValue) \(reason)".utf8) }

    init?(reading bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(Self.head) else { return nil }
        let words = text.dropFirst(Self.head.count).split(separator: " ", maxSplits: 1)
        guard words.count == 2, let verdict = Verdict(rawValue: String(words[0])) else { return nil }
        self.init(verdict, String(words[1]))
    }
}

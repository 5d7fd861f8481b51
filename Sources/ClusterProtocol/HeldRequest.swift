package import BanModel

/// A monitor asks what the hub holds of its host, where their digests differ (docs/protocol.md).
///
///     HELD|HOST INSTANCE [TOKEN]
///     after SOURCE JAIL ADDRESS
package struct HeldRequest: Hashable, Sendable {
    private static let head = Array("HELD|".utf8)

    package var host: Host
    package var instance: Instance
    package var token: String?
    package var question: HeldQuestion

    package init(host: Host, instance: Instance, token: String?, question: HeldQuestion) {
        self.host = host
        self.instance = instance
        self.token = token
        self.question = question
    }

    package var bytes: [UInt8] {
        var text = "\(host) \(instance)\(token.map { " \($0)" } ?? "")"
        if let claim = question.after { text += "\nafter \(claim.fields.joined(separator: " "))" }
        return Self.head + Array(text.utf8)
    }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        guard bytes.starts(with: Self.head) else { return nil }
        guard bytes.count <= AskedLines.longest else { throw HubRefusal(.never, "a request of \(bytes.count) bytes") }
        guard let text = String(validating: bytes.dropFirst(Self.head.count), as: UTF8.self) else {
            throw HubRefusal(.never, "not UTF-8")
        }
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            Substring($0).split(separator: " ", omittingEmptySubsequences: false)
        }
        guard (1...2).contains(lines.count), (2...3).contains(lines[0].count), let host = Host(lines[0][0]),
            let instance = Instance(lines[0][1])
        else { throw HubRefusal(.never, "a request whose first line is not HOST INSTANCE [TOKEN]") }
        var question = HeldQuestion()
        if lines.count == 2 {
            guard lines[1].first == "after", let claim = HostClaim(fields: lines[1].dropFirst()) else {
                throw HubRefusal(.never, "a request that is not understood")
            }
            question.after = claim
        }
        self.init(
            host: host, instance: instance, token: lines[0].count == 3 ? String(lines[0][2]) : nil, question: question)
    }
}

/// What came back to ``HeldRequest``.
package enum HeldReply: Hashable, Sendable {
    case answer(HeldAnswer)
    case refusal(HubRefusal)
    /// An old hub has taken the place of the one that was greeted.
    case oldHub
    case nonsense

    /// What a reply holds at most, in bytes, and in reports: the longest of these fit.
    package static let longest = 1 << 20
    package static let mostReports = 1000

    ///     HELD all|more
    ///     banned web1 log sshd 192.0.2.1 1800000000000000 1800000600000000
    package var bytes: [UInt8] {
        switch self {
        case .answer(let answer): Array("HELD \(answer.isAll ? "all" : "more")\(lines(of: answer.reports))".utf8)
        case .refusal(let refusal): refusal.bytes
        case .oldHub: OldForm.refusal
        case .nonsense: []
        }
    }

    /// - Parameter host: the one that asked; others' reports are nonsense.
    package init(_ bytes: [UInt8], host: Host) {
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
    fileprivate init?(reading bytes: [UInt8], host: Host) {
        guard bytes.count <= HeldReply.longest, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        guard lines[0] == "HELD all" || lines[0] == "HELD more", lines.count - 1 <= HeldReply.mostReports,
            let reports = try? Report.read(lines.dropFirst()),
            reports.allSatisfy({ $0.origin.host == host && Origin.Source.ofMonitor.contains($0.origin.source) })
        else { return nil }
        // Who is told that there is more, and not what, would ask for ever.
        guard lines[0] == "HELD all" || !reports.isEmpty else { return nil }
        self.init(reports: reports, isAll: lines[0] == "HELD all")
    }
}

/// `SOURCE JAIL ADDRESS`.
extension HostClaim {
    fileprivate init?(fields: ArraySlice<Substring>) {
        let fields = Array(fields)
        guard fields.count == 3, let source = Origin.Source(rawValue: String(fields[0])), let jail = Jail(fields[1]),
            let address = try? Address(fields[2])
        else { return nil }
        self.init(source, Subject(jail, address))
    }

    fileprivate var fields: [String] { [source.rawValue, jail.name, "\(address)"] }
}

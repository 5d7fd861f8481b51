internal import BanModel

/// What is known of an address, as people and other programs read it.
struct AddressReport {
    enum Application: String {
        case yes
        case notYet = "not yet"
        case unknown
    }

    private struct Line {
        var report: Report
        var isLive: Bool
    }

    private let address: Address
    private let lines: [Line]
    /// The one that allows the address, or a network that contains it, for longest.
    private let allowance: Report?
    private let decisions: [Decision]
    private let hosts: [(host: Host, application: Application)]

    /// - Parameters:
    ///   - now: by the hub's clock.
    ///   - levels: how far each friend is trusted.
    init(
        _ account: AddressAccount, of address: Address, at now: Timestamp, maximumBantime: Duration,
        levels: [Cluster: Trust] = [:], threshold: Trust
    ) {
        self.address = address
        let reports = account.entries.map { $0.report.bounded(by: maximumBantime) }
        lines = reports.map { Line(report: $0, isLive: $0.state.isLive(at: now)) }
        let (allowances, bans) = (
            reports.filter { $0.origin.source == .allow && $0.state.isLive(at: now) },
            reports.filter { $0.origin.source != .allow }
        )
        allowance = allowances.max { $0.state.until < $1.state.until }
        let addresses = Set(bans.map(\.subject.address)).sorted { $0.prefix > $1.prefix }
        decisions = addresses.compactMap { address in
            // Whatever overlaps with it is banned by nobody.
            if allowances.contains(where: { $0.subject.address.overlaps(address) }) { return nil }
            return Decision(
                address, bans.filter { $0.subject.address == address }, levels: levels, threshold: threshold, at: now)
        }
        let last = account.entries.map(\.sequence).max() ?? 0
        hosts = account.obeyed.map { word in
            guard word.epoch == account.epoch, word.sequence <= account.latest else { return (word.host, .unknown) }
            return (word.host, word.sequence >= last ? .yes : .notYet)
        }
    }

    /// What it comes to, in a sentence or two.
    var conclusion: String {
        if let allowance {
            let (allowed, end) = (allowance.subject.address, allowance.state.until.end)
            let sentence =
                allowed == address
                ? "\(address) is allowed \(end): nobody bans it, nor a network that it is in."
                : "\(address) is in \(allowed), which is allowed \(end): nobody bans it."
            return Table.parts(of: sentence).joined(separator: "\n")
        }
        let own = decisions.first { $0.address == address }
        let around = decisions.filter { $0.address != address }
        let sentences = around.map { "It is in \($0.address), which \($0)." }
        let plain = around.isEmpty ? "is not banned" : "is not banned itself"
        return (["\(address) \(own?.description ?? plain)."] + sentences).flatMap { Table.parts(of: $0) }.joined(
            separator: "\n")
    }

    /// What is banned of it: itself, and the networks that contain it, the narrowest first.
    var banned: [Address] { decisions.filter(\.isBan).map(\.address) }

    /// - Parameter friends: what clusters are called here.
    func text(friends: [Cluster: Host] = [:]) -> String {
        guard !lines.isEmpty else { return "Nothing is known of \(address)." }
        var table = Table([
            Table.Column("ADDRESS", mayBreak: true), .init("JAIL", mayBreak: true), .init("SAYS", mayBreak: true),
            .init("SINCE (UTC)"), .init("UNTIL (UTC)"),
        ])
        table.rows = lines.map { line in
            let (report, state) = (line.report, line.report.state)
            let end =
                line.isLive ? state.until.text : state.isPardoned ? "pardoned" : state.isLifted ? "lifted" : "ended"
            return [
                "\(report.subject.address)", report.subject.jail.name,
                "\(OriginName(report.origin).text(friends: friends)) (\(report.origin.source.rawValue))",
                Timestamp(microseconds: state.version).text, end,
            ]
        }
        return [conclusion, table.text, applied].joined(separator: "\n\n")
    }

    private var applied: String {
        guard !hosts.isEmpty else { return "No subscriber was heard since the hub started." }
        var table = Table([Table.Column("SUBSCRIBER", mayBreak: true), .init("CARRIED OUT")])
        table.rows = hosts.map { [$0.host.name, $0.application.rawValue] }
        return table.text
    }

    /// - Parameter origin: how a host is named.
    func document(origin: (Host) -> String) -> String {
        let own = decisions.first { $0.address == address }
        return Document.text(
            Fields(
                address: "\(address)", banned: !banned.isEmpty, allowed: allowance != nil,
                confidence: (own?.confidence ?? .none).percentage,
                until: own.flatMap { $0.isBan ? $0.until.rfc3339 : nil },
                reports: lines.map { line in
                    let (report, state) = (line.report, line.report.state)
                    return ReportFields(
                        address: "\(report.subject.address)", jail: report.subject.jail.name,
                        origin: OriginName(report.origin).name(ofOwn: origin), source: report.origin.source.rawValue,
                        since: Timestamp(microseconds: state.version).rfc3339, until: state.until.rfc3339,
                        live: line.isLive, lifted: state.isLifted)
                },
                subscribers: hosts.map { HostFields(host: $0.host.name, applied: $0.application.rawValue) }))
    }

    private struct Fields: Encodable {
        var address: String
        var banned: Bool
        var allowed: Bool
        var confidence: Double
        var until: String?
        var reports: [ReportFields]
        var subscribers: [HostFields]
    }

    private struct ReportFields: Encodable {
        var address: String
        var jail: String
        var origin: String
        var source: String
        var since: String?
        var until: String?
        var live: Bool
        var lifted: Bool
    }

    private struct HostFields: Encodable {
        var host: String
        var applied: String
    }
}

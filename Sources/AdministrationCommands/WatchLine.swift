internal import BanModel

/// One report, as it was heard.
struct WatchLine {
    private let report: Report
    private let time: Timestamp

    init(_ report: Report, at time: Timestamp) {
        self.report = report
        self.time = time
    }

    /// - Parameter friends: what clusters are called here.
    func text(friends: [Cluster: Host] = [:]) -> String {
        let (subject, origin) = (report.subject, report.origin)
        let name = OriginName(origin).text(friends: friends)
        let source = origin.source == .log ? "" : " (\(origin.source.rawValue))"
        let end = report.state.until == .forever ? "for ever" : "until \(report.state.until.text)"
        if origin.source == .allow {
            let word = report.state.isLifted ? "disallowed \(subject.address)" : "allowed \(subject.address) \(end)"
            return "\(time.text) \(word), says \(name)"
        }
        return report.state.isLifted
            ? "\(time.text) lifted \(subject.address) in \(subject.jail), says \(name)\(source)"
            : "\(time.text) banned \(subject.address) in \(subject.jail) \(end), says \(name)\(source)"
    }

    /// - Parameter origin: how a host of ours is named.
    func document(origin: (Host) -> String) -> String {
        Document.text(
            Fields(
                time: time.rfc3339, address: "\(report.subject.address)", jail: report.subject.jail.name,
                origin: OriginName(report.origin).name(ofOwn: origin), source: report.origin.source.rawValue,
                since: Timestamp(microseconds: report.state.version).rfc3339, until: report.state.until.rfc3339,
                lifted: report.state.isLifted))
    }

    private struct Fields: Encodable {
        var time: String?
        var address: String
        var jail: String
        var origin: String
        var source: String
        var since: String?
        /// Left out: for ever.
        var until: String?
        var lifted: Bool
    }
}

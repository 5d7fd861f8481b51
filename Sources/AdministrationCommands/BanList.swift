internal import BanModel

/// Who is banned where, until when, and on whose word: concluded from reports as every reader does.
struct BanList {
    struct Entry: Hashable {
        var subject: Subject
        /// When the last report in this jail ends.
        var until: Timestamp
        /// Of the address, over all jails.
        var confidence: Trust
        /// Who says it of this jail, by name.
        var hosts: [Host]
        /// When the latest of these reports was made.
        var latest: Timestamp
    }

    /// By address, then by jail.
    private(set) var entries: [Entry] = []

    /// - Parameters:
    ///   - now: by the hub's clock.
    ///   - maximumBantime: no report counts longer than this after its version's time.
    init(_ reports: some Sequence<Report>, at now: Timestamp, maximumBantime: Duration) {
        var live: [Address: [Report]] = [:]
        var allowed: [Address] = []
        for report in reports.lazy.map({ $0.bounded(by: maximumBantime) }) where report.state.isLive(at: now) {
            if report.origin.source == .allow {
                allowed.append(report.subject.address)
            } else {
                live[report.subject.address, default: []].append(report)
            }
        }
        // What is allowed is banned by nobody, nor is a network that it is in.
        for (address, reports) in live where !allowed.contains(where: { $0.overlaps(address) }) {
            let confidence = Confidence.of(reports.map(\.testimony))
            for (subject, reports) in Dictionary(grouping: reports, by: \.subject) {
                let hosts = Set(reports.map(\.origin.host)).sorted()
                let until = reports.map(\.state.until).max() ?? now
                let latest = Timestamp(microseconds: reports.map(\.state.version).max() ?? 0)
                entries.append(
                    Entry(subject: subject, until: until, confidence: confidence, hosts: hosts, latest: latest))
            }
        }
        entries.sort {
            ($0.subject.address, $0.subject.jail) < ($1.subject.address, $1.subject.jail)
        }
    }

    /// - Parameters:
    ///   - jail: nil: all.
    ///   - pending: those below the threshold, rather than those that reach it.
    ///   - moment: with a report that was made then or later; nil: all.
    func filtered(jail: Jail?, pending: Bool, threshold: Trust, since moment: Timestamp?) -> BanList {
        var list = self
        list.entries = entries.filter { entry in
            (jail.map { $0 == entry.subject.jail } ?? true) && (entry.confidence < threshold) == pending
                && (moment.map { $0 <= entry.latest } ?? true)
        }
        return list
    }

    var text: String {
        var table = Table([
            Table.Column("ADDRESS", mayBreak: true), .init("JAIL", mayBreak: true), .init("UNTIL (UTC)"),
            .init("CONFIDENCE"), .init("SAYS", mayBreak: true),
        ])
        table.rows = entries.map {
            [
                "\($0.subject.address)", $0.subject.jail.name, $0.until.text, "\($0.confidence)",
                $0.hosts.map(\.name).joined(separator: " "),
            ]
        }
        return table.text
    }

    /// - Parameter origin: how a host is named.
    func document(origin: (Host) -> String) -> String {
        Document.text(
            entries.map {
                Fields(
                    address: "\($0.subject.address)", jail: $0.subject.jail.name, until: $0.until.rfc3339,
                    confidence: $0.confidence.percentage, origins: $0.hosts.map(origin))
            })
    }

    private struct Fields: Encodable {
        var address: String
        var jail: String
        var until: String?
        var confidence: Double
        var origins: [String]
    }
}

extension Report {
    /// As it counts for a confidence: all that a hub keeps now was said by hosts of its own cluster.
    var testimony: Testimony { Testimony(.host(origin.host)) }
}

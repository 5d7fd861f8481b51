internal import BanModel

/// Who is banned where, until when, and on whose word: concluded from reports as every reader does.
struct BanList {
    struct Entry: Hashable {
        var subject: Subject
        /// When the last report in this jail ends.
        var until: Timestamp
        /// Of the address, over all jails.
        var confidence: Trust
        /// Who says it of this jail, by name: our own first.
        var origins: [OriginName]
        /// When the latest of these reports was made.
        var latest: Timestamp
    }

    /// By address, then by jail.
    private(set) var entries: [Entry] = []

    /// - Parameters:
    ///   - now: by the hub's clock.
    ///   - maximumBantime: no report counts longer than this after its version's time.
    ///   - levels: how far each friend is trusted.
    ///   - threshold: the confidence from which on an address is banned.
    init(
        _ reports: some Sequence<Report>, at now: Timestamp, maximumBantime: Duration,
        levels: [Cluster: Trust] = [:], threshold: Trust = .usualThreshold
    ) {
        var said: [Address: [Report]] = [:]
        var allowed: [Address] = []
        for report in reports.lazy.map({ $0.bounded(by: maximumBantime) }) {
            if report.origin.source != .allow {
                // What is over of a friend's report counts too: it says that the others' copies of it are over.
                guard report.state.isLive(at: now) || report.origin.foreign != nil else { continue }
                said[report.subject.address, default: []].append(report)
            } else if report.state.isLive(at: now) {
                allowed.append(report.subject.address)
            }
        }
        // What is allowed is banned by nobody, nor is a network that it is in.
        for (address, reports) in said where !allowed.contains(where: { $0.overlaps(address) }) {
            let vouchers = Voucher.all(of: reports, levels: levels, at: now)
            let confidence = Confidence.of(vouchers.map(\.testimony))
            let end = Voucher.end(of: vouchers, reaching: threshold)
            let live = reports.filter { $0.state.isLive(at: now) }
            for (subject, reports) in Dictionary(grouping: live, by: \.subject) {
                let until = reports.map(\.state.until).max() ?? now
                entries.append(
                    Entry(
                        subject: subject, until: min(until, end ?? until), confidence: confidence,
                        origins: Set(reports.map { OriginName($0.origin) }).sorted(),
                        latest: Timestamp(microseconds: reports.map(\.state.version).max() ?? 0)))
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

    /// - Parameter friends: what clusters are called here.
    func text(friends: [Cluster: Host] = [:]) -> String {
        var table = Table([
            Table.Column("ADDRESS", mayBreak: true), .init("JAIL", mayBreak: true), .init("UNTIL (UTC)"),
            .init("CONFIDENCE"), .init("SAYS", mayBreak: true),
        ])
        table.rows = entries.map {
            [
                "\($0.subject.address)", $0.subject.jail.name, $0.until.text, "\($0.confidence)",
                $0.origins.map { $0.text(friends: friends) }.joined(separator: " "),
            ]
        }
        return table.text
    }

    /// - Parameter origin: how a host of ours is named.
    func document(origin: (Host) -> String) -> String {
        Document.text(
            entries.map {
                Fields(
                    address: "\($0.subject.address)", jail: $0.subject.jail.name, until: $0.until.rfc3339,
                    confidence: $0.confidence.percentage, origins: $0.origins.map { $0.name(ofOwn: origin) })
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

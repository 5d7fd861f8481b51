internal import BanModel

/// What administrators allow, until when, and on whose word.
struct AllowedList {
    struct Entry: Hashable {
        var address: Address
        /// When the last word on it ends.
        var until: Timestamp
        /// By name.
        var hosts: [Host]
    }

    /// By address.
    let entries: [Entry]

    /// - Parameter now: by the hub's clock.
    init(_ reports: some Sequence<Report>, at now: Timestamp) {
        let live = reports.filter { $0.origin.source == .allow && $0.state.isLive(at: now) }
        entries = Dictionary(grouping: live, by: \.subject.address).map { address, reports in
            Entry(
                address: address, until: reports.map(\.state.until).max() ?? now,
                hosts: Set(reports.map(\.origin.host)).sorted())
        }.sorted { $0.address < $1.address }
    }

    var text: String {
        var table = Table([
            Table.Column("ADDRESS", mayBreak: true), .init("UNTIL (UTC)"), .init("SAYS", mayBreak: true),
        ])
        table.rows = entries.map {
            ["\($0.address)", $0.until.text, $0.hosts.map(\.name).joined(separator: " ")]
        }
        return table.text
    }

    /// - Parameter origin: how a host is named.
    func document(origin: (Host) -> String) -> String {
        Document.text(
            entries.map { Fields(address: "\($0.address)", until: $0.until.rfc3339, origins: $0.hosts.map(origin)) })
    }

    private struct Fields: Encodable {
        var address: String
        /// Left out: for ever.
        var until: String?
        var origins: [String]
    }
}

internal import BanModel
internal import DaemonKit

/// A hub's status, as people and other programs read it.
struct StatusReport {
    private let status: HubStatus
    private let endpoint: String
    private let clockOffset: Duration

    /// - Parameter clockOffset: how far the hub's clock is ahead of ours.
    init(_ status: HubStatus, endpoint: String, clockOffset: Duration) {
        self.status = status
        self.endpoint = endpoint
        self.clockOffset = clockOffset
    }

    var text: String {
        let parts =
            [
                """
                hub      \(endpoint)
                epoch    \(hexadecimal(status.epoch)), change \(status.sequence)
                bans     \(status.bans)
                reports  \(status.reports) kept
                store    \(LogText.escaped(status.store))
                clock    \(status.time.text) UTC, \(Self.seconds(clockOffset)) ahead of this host
                """,
                Self.monitors(status.monitors),
                Self.subscribers(status.subscribers),
            ] + (status.friends.isEmpty ? [] : [FriendsReport(status.friends).text])
        return parts.joined(separator: "\n\n")
    }

    private static func monitors(_ monitors: [PeerStatus]) -> String {
        guard !monitors.isEmpty else { return "No monitor was heard since the hub started." }
        var table = Table([Table.Column("MONITOR", mayBreak: true), .init("CONNECTED"), .init("LAST HEARD (UTC)")])
        table.rows = monitors.map { [$0.host.name, word($0.isConnected), $0.seen.text] }
        return table.text
    }

    private static func subscribers(_ subscribers: [PeerStatus]) -> String {
        guard !subscribers.isEmpty else { return "No subscriber was heard since the hub started." }
        var table = Table([
            Table.Column("SUBSCRIBER", mayBreak: true), .init("CONNECTED"), .init("LAG"), .init("LAST HEARD (UTC)"),
        ])
        table.rows = subscribers.map {
            [$0.host.name, word($0.isConnected), $0.lag.map(String.init) ?? "unknown", $0.seen.text]
        }
        return table.text
    }

    private static func word(_ isConnected: Bool?) -> String { isConnected.map { $0 ? "yes" : "no" } ?? "unknown" }

    /// `-0.250 s`
    static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.microseconds / 1000
        let fraction = String(1000 + abs(milliseconds) % 1000).dropFirst()
        return "\(milliseconds < 0 ? "-" : "")\(abs(milliseconds) / 1000).\(fraction) s"
    }

    var document: String {
        Document.text(
            Fields(
                hub: endpoint, epoch: hexadecimal(status.epoch), sequence: status.sequence, reports: status.reports,
                bans: status.bans, store: status.store, time: status.time.rfc3339,
                monitors: status.monitors.map { Peer($0) }, subscribers: status.subscribers.map { Peer($0) },
                friends: status.friends.map { FriendsReport.Fields($0) }))
    }

    private struct Fields: Encodable {
        var hub: String
        var epoch: String
        var sequence: UInt64
        var reports: Int
        var bans: Int
        var store: String
        var time: String?
        var monitors: [Peer]
        var subscribers: [Peer]
        var friends: [FriendsReport.Fields]
    }

    private struct Peer: Encodable {
        private let peer: PeerStatus

        private enum Key: String, CodingKey {
            case host, connected, lag, seen, held, obeyed
        }

        init(_ peer: PeerStatus) { self.peer = peer }

        /// What is not known is `null`.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(peer.host.name, forKey: .host)
            try container.encode(peer.isConnected, forKey: .connected)
            try container.encode(peer.lag, forKey: .lag)
            try container.encode(peer.seen.rfc3339, forKey: .seen)
            try container.encodeIfPresent(peer.progress?.held, forKey: .held)
            try container.encodeIfPresent(peer.progress?.obeyed, forKey: .obeyed)
        }
    }
}

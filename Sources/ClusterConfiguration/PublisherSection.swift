/// `[publisher]`: how this host is the cluster's hub.
package struct PublisherSection: DaemonSection {
    package static let name = "publisher"

    package var pidfile: AbsolutePath?
    /// `broadcasterbindurl`: where subscribers listen.
    package var broadcastEndpoint: Endpoint
    /// `replybindurl`: where monitors report.
    package var replyEndpoint: Endpoint
    /// `authtoken`: any one of them will do; empty: `auth` is false.
    package var tokens: Set<Token> = []
    /// The confidence from which on subscribers of the old form are told of an address.
    package var threshold = Percentage(percent: 80)
    /// For the ban of a monitor of the old form, which tells no end.
    package var bantime: BanDuration = .limited(.seconds(86_400))
    /// `maxbantime`: no ban counts for longer, 1 s to 100 years.
    package var maximumBantime: Duration = .seconds(30 * 86_400)
    /// `database`: the file of the reports; nil: `publisher.db` in `statedir`.
    package var database: AbsolutePath?
    /// `allowplaintext`: whether the unencrypted protocol may leave this host.
    package var allowsPlaintext = false

    init?(reading reader: inout SectionReader) {
        pidfile = reader.optional("pidfile", .path)
        let broadcastEndpoint = reader.required("broadcasterbindurl", .bindable)
        let replyEndpoint = reader.required("replybindurl", .bindable)
        if let replyEndpoint, replyEndpoint == broadcastEndpoint, !replyEndpoint.isAnyPort {
            reader.note("replybindurl", "expected another address than broadcasterbindurl", value: "\(replyEndpoint)")
        }
        tokens = Set(reader.tokens())
        threshold = reader.value("threshold", .threshold, default: threshold)
        bantime = reader.value("bantime", .banDuration, default: bantime)
        let range: ClosedRange<Duration> = .seconds(1) ... .seconds(100 * 365 * 86_400)
        maximumBantime = reader.value("maxbantime", .duration(range, "from 1s to 100 years"), default: maximumBantime)
        database = reader.optional("database", .path)
        allowsPlaintext = reader.value("allowplaintext", .yesOrNo, default: allowsPlaintext)
        guard let broadcastEndpoint, let replyEndpoint else { return nil }
        self.broadcastEndpoint = broadcastEndpoint
        self.replyEndpoint = replyEndpoint
    }

    package static func find(in configuration: Configuration) -> Self? { configuration.publisher }
}

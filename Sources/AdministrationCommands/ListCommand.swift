internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration

struct ListCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Who is banned, until when, and on whose word.",
        discussion: """
            An address is banned where its confidence reaches the threshold of [subscriber], else of [publisher], else 80. \
            Below, it is pending: waiting for a second witness.
            """)

    @OptionGroup var options: CommandOptions

    @Flag(name: .long, help: "For other programs: an array.")
    var json = false

    @Flag(name: .long, help: "How many there are.")
    var count = false

    @Option(name: .long, help: "In this jail alone.", transform: Jail.read)
    var jail: Jail?

    @Flag(name: .long, help: "Those below the threshold instead.")
    var pending = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Reported then or later: 10m, 1h, 1d ago, or at a time such as 2026-11-21T09:00:00Z.", valueName: "time"),
        transform: Moment.init)
    var since: Moment?

    func validate() throws {
        if json, count { throw ValidationError("--json and --count exclude each other") }
    }

    func work(_ setup: Setup) throws {
        var copy = try HubCopy(setup)
        let reports = try copy.fetch()
        let hub = copy.hub
        let list = BanList(
            reports, at: hub.now, maximumBantime: hub.greeting.maximumBantime, levels: hub.greeting.levels,
            threshold: setup.threshold
        ).filtered(jail: jail, pending: pending, threshold: setup.threshold, since: since?.timestamp(before: hub.now))
        if count { return try Output.say("\(list.entries.count)") }
        if json { return try Output.say(list.document(origin: setup.origin)) }
        if list.entries.isEmpty { return try Output.say(pending ? "Nobody is pending." : "Nobody is banned.") }
        try Output.say(list.text(friends: setup.friends))
    }
}

/// `--since`: so long ago, or at a time.
enum Moment: Hashable {
    case ago(Duration)
    case at(Timestamp)

    init(_ text: String) throws {
        if case .limited(let duration) = BanDuration(text) {
            self = .ago(duration)
        } else if let timestamp = Timestamp(text) {
            self = .at(timestamp)
        } else {
            throw ValidationError("expected a duration such as 10m, 1h or 1d, or a time such as 2026-11-21T09:00:00Z")
        }
    }

    func timestamp(before now: Timestamp) -> Timestamp {
        switch self {
        case .ago(let duration): now - duration
        case .at(let timestamp): timestamp
        }
    }
}

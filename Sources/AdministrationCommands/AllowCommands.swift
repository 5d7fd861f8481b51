internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import ClusterProtocol

struct AllowCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow", abstract: "See to it that nobody bans an address: your own, for example.",
        discussion: """
            It holds on all hosts at once, also for what is banned already, and for networks that the address is in: none of \
            them is banned while it is allowed. A fail2ban's own ban on its own host stays. Said again, the new end holds.
            """)

    @OptionGroup var options: CommandOptions

    @Argument(help: "An IPv4 or IPv6 address or network, at most a /8.", transform: Address.read)
    var address: Address

    @Option(
        name: .customLong("for"), parsing: .unconditional,
        help: ArgumentHelp("How long: 10m, 1h, 1d, or -1 for ever (default: for ever).", valueName: "duration"),
        transform: BanDuration.read)
    var time: BanDuration = .forever

    func work(_ setup: Setup) throws {
        var asker = try HubAsker(setup)
        let hub = try asker.hub()
        let account = try asker.account(of: address, as: setup.asker, at: hub)
        let now = hub.now
        let report = PersonalReport(host: setup.asker.host, account: account, at: now)
            .allow(address, until: time.end(from: now))
        try asker.report([report], as: setup.asker, at: hub)
        try Output.say("\(address) is allowed \(report.state.until.end).")
    }
}

struct DisallowCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "disallow", abstract: "Take back what `allow` said of an address, whoever said it.",
        discussion: "What was reported of the address meanwhile counts again from then on.")

    @OptionGroup var options: CommandOptions

    @Argument(help: "As `allowed` lists it.", transform: Address.read)
    var address: Address

    func work(_ setup: Setup) throws {
        var asker = try HubAsker(setup)
        let hub = try asker.hub()
        let request = PardonRequest(asker: setup.asker, address: address, disallows: true)
        switch PardonReply(try asker.ask(request.bytes)) {
        case .pardoned(0):
            throw Failure("\(address) was not allowed: `\(RootCommand.name) allowed` lists what is")
        case .pardoned: try Output.say("\(address) is not allowed any more.")
        case .refusal(let refusal): throw refusal.failure(at: hub.endpoint)
        case .nonsense: throw nonsense(from: hub.endpoint)
        }
    }
}

struct AllowedCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "allowed", abstract: "What nobody bans, until when, and on whose word.")

    @OptionGroup var options: CommandOptions

    @Flag(name: .long, help: "For other programs: an array.")
    var json = false

    func work(_ setup: Setup) throws {
        var copy = try HubCopy(setup)
        let list = AllowedList(try copy.fetch(), at: copy.hub.now)
        if json { return try Output.say(list.document(origin: setup.origin)) }
        try Output.say(list.entries.isEmpty ? "Nothing is allowed." : list.text)
    }
}

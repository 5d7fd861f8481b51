internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import ClusterProtocol

struct BanCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "ban", abstract: "Ban an address on all hosts.",
        discussion: """
            It is said in this host's name, beside what its fail2ban says, and returns once the hub has it on its disk. Said \
            again, the new end holds, be it earlier or later. For ever (--time -1) is as long as the hub's maxbantime: nobody \
            renews it.
            """)

    @OptionGroup var options: CommandOptions

    @Argument(help: "An IPv4 or IPv6 address or network.", transform: Address.read)
    var address: Address

    @Option(name: .long, help: "The jail that is named with it (default: manual).", transform: Jail.read)
    var jail: Jail?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("How long: 10m, 1h, 1d, or -1 for ever (default: 1d).", valueName: "duration"),
        transform: BanDuration.read)
    var time: BanDuration?

    func work(_ setup: Setup) throws {
        guard let jail = jail ?? Jail("manual") else { return }
        let time = time ?? .limited(.seconds(86_400))
        var asker = try HubAsker(setup)
        let hub = try asker.hub()
        let account = try asker.account(of: address, as: setup.asker, at: hub)
        let now = hub.now
        let report = PersonalReport(host: setup.asker.host, account: account, at: now)
            .ban(address, in: jail, until: time.end(from: now))
        try asker.report([report], as: setup.asker, at: hub)
        let until = report.state.bounded(by: hub.greeting.maximumBantime).until
        let isBounded = until < report.state.until
        try Output.say(
            "\(address) is banned in \(jail) until \(until.text) UTC"
                + (isBounded ? ": the hub's maxbantime allows no more." : "."))
    }
}

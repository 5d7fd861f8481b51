internal import ArgumentParser
internal import BanModel
internal import ClusterProtocol

struct UnbanCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "unban", abstract: "Withdraw a ban that was made by hand on this host.",
        discussion: """
            What fail2ban or other hosts say of the address stays: `pardon` lifts everybody's word. Fails where the address \
            stays banned and there was nothing to withdraw.
            """)

    @OptionGroup var options: CommandOptions

    @Argument(help: "An IPv4 or IPv6 address or network.", transform: Address.read)
    var address: Address

    @Option(name: .long, help: "In this jail alone (default: in all of them).", transform: Jail.read)
    var jail: Jail?

    func work(_ setup: Setup) throws {
        var asker = try HubAsker(setup)
        let hub = try asker.hub()
        let account = try asker.account(of: address, as: setup.asker, at: hub)
        let lifts = PersonalReport(host: setup.asker.host, account: account, at: hub.now).lifts(of: address, in: jail)
        if !lifts.isEmpty { try asker.report(lifts, as: setup.asker, at: hub) }
        for lift in lifts { try Output.say("\(lift.subject): the ban by hand on \(setup.asker.host) is withdrawn.") }
        if lifts.isEmpty {
            let place = jail.map { " in \($0)" } ?? ""
            try Output.say("\(address): nothing was banned by hand on \(setup.asker.host)\(place).")
        }
        let isBanned = try asker.sayWhatStays(of: address, setup, at: hub)
        if isBanned, lifts.isEmpty { throw ExitCode.failure }
    }
}

extension HubAsker {
    /// Says who still bans the address, and what can be done about it. Returns whether anybody does.
    mutating func sayWhatStays(of address: Address, _ setup: Setup, at hub: Hub) throws -> Bool {
        let account = try account(of: address, as: setup.asker, at: hub)
        let report = AddressReport(
            account, of: address, at: hub.now, maximumBantime: hub.greeting.maximumBantime,
            levels: hub.greeting.levels, threshold: setup.threshold)
        guard !report.banned.isEmpty else { return false }
        let remedies = report.banned.map { "`\(RootCommand.name) pardon \($0)` lifts what everybody says of \($0)." }
        try Output.say(
            ([report.conclusion, "`\(RootCommand.name) show \(address)` says who says so."] + remedies)
                .joined(separator: "\n"))
        return true
    }
}

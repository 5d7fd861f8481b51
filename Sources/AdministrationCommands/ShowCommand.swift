internal import ArgumentParser
internal import BanModel
internal import ClusterProtocol

struct ShowCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Who says what of an address, and which hosts have carried it out.",
        discussion: """
            Reports that were lifted are shown for as long as they are remembered, and those on networks that contain the \
            address. A host has carried it out once it has dealt with the latest of them, whether it bans or not.
            """)

    @OptionGroup var options: CommandOptions

    @Argument(help: "An IPv4 or IPv6 address or network.", transform: Address.read)
    var address: Address

    @Flag(name: .long, help: "For other programs.")
    var json = false

    func work(_ setup: Setup) throws {
        var asker = try HubAsker(setup)
        let hub = try asker.hub()
        let account = try asker.account(of: address, as: setup.asker, at: hub)
        let report = AddressReport(
            account, of: address, at: hub.now, maximumBantime: hub.greeting.maximumBantime,
            levels: hub.greeting.levels, threshold: setup.threshold)
        try Output.say(json ? report.document(origin: setup.origin) : report.text(friends: setup.friends))
    }
}

extension HubAsker {
    mutating func account(of address: Address, as asker: Asker, at hub: Hub) throws -> AddressAccount {
        switch ShowReply(try ask(ShowRequest(asker: asker, address: address).bytes)) {
        case .account(let account): return account
        case .refusal(let refusal): throw refusal.failure(at: hub.endpoint)
        case .nonsense: throw nonsense(from: hub.endpoint)
        }
    }
}

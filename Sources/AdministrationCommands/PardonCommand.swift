internal import ArgumentParser
internal import BanModel
internal import ClusterProtocol

struct PardonCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "pardon", abstract: "Lift what everybody has said of an address.",
        discussion: """
            It covers what the hub holds on exactly this address, not on networks that contain it. A new attack is a new \
            report, and bans again; the fail2ban that saw the old one keeps its own ban until it ends. `allow` exempts an \
            address for good, on all hosts.
            """)

    @OptionGroup var options: CommandOptions

    @Argument(help: "An IPv4 or IPv6 address or network.", transform: Address.read)
    var address: Address

    func work(_ setup: Setup) throws {
        var asker = try HubAsker(setup)
        let hub = try asker.hub()
        switch PardonReply(try asker.ask(PardonRequest(asker: setup.asker, address: address).bytes)) {
        case .pardoned(0): try Output.say("\(address): there was nothing to lift.")
        case .pardoned(let count):
            try Output.say("\(address) is pardoned: \(count) \(count == 1 ? "report" : "reports") lifted.")
        case .refusal(let refusal): throw refusal.failure(at: hub.endpoint)
        case .nonsense: throw nonsense(from: hub.endpoint)
        }
        _ = try asker.sayWhatStays(of: address, setup, at: hub)
    }
}

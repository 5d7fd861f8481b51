internal import BanModel

/// One simulated cluster: hosts with fail2ban, monitor and subscriber, two hubs, a network, and the time of all of them.
final class World: Timeline {
    let schedule: Schedule
    let plant: Plant?

    private(set) var hosts: [SimulatedHost] = []
    private(set) var hubs: [SimulatedHub] = []
    private(set) var network: Network!
    private(set) var judge: Judge!

    init(_ schedule: Schedule, plant: Plant?, isTracing: Bool) {
        self.schedule = schedule
        self.plant = plant
        super.init(isTracing: isTracing)
        network = Network(world: self)
        judge = Judge(world: self)
        hubs = (0..<Shape.hubs).map { SimulatedHub($0, in: self) }
        hosts = schedule.shape.hosts.indices.map { SimulatedHost($0, in: self) }
    }

    // MARK: Names

    private static let addresses = (0..<16).map { number in
        guard let address = try? Address("192.0.2.\(number + 1)") else { preconditionFailure("an address") }
        return address
    }
    private static let jails = ["sshd", "web"].map { name in
        guard let jail = Jail(name) else { preconditionFailure("a jail's name") }
        return jail
    }
    static let own: Jail = {
        guard let jail = Jail("fail2bancluster") else { preconditionFailure("a jail's name") }
        return jail
    }()
    private static let names = (0..<8).map { number in
        guard let host = Host("h\(number)") else { preconditionFailure("a host's name") }
        return host
    }

    private static let network = {
        guard let network = try? Address("192.0.2.0/30") else { preconditionFailure("a network") }
        return network
    }()

    static func address(_ number: Int) -> Address { addresses[number] }

    /// Those that there are.
    static func addresses(in network: Address) -> [Address] { addresses.filter { network.contains($0) } }

    static func address(_ allowed: Allowed) -> Address {
        switch allowed {
        case .address(let number): addresses[number]
        case .network: network
        }
    }

    static func jail(_ number: Int) -> Jail { jails[number] }
    static func host(_ number: Int) -> Host { names[number] }

    func daemon(_ name: DaemonName) -> SimulatedDaemon {
        switch name {
        case .monitor(let host): hosts[host].monitor
        case .subscriber(let host): hosts[host].subscriber
        case .hub(let hub): hubs[hub]
        }
    }

    var daemons: [SimulatedDaemon] { hubs + hosts.flatMap { [$0.monitor, $0.subscriber] } }
}

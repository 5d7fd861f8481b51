internal import BanModel

/// One simulated cluster: hosts with fail2ban, monitor and subscriber, two hubs, a network, and the time of all of them.
///
/// Times are microseconds since the world began, unless a name says otherwise.
final class World {
    let schedule: Schedule
    let plant: Plant?
    private(set) var now: Int64 = 0
    private var queue = EventQueue()
    /// How many things have happened.
    private(set) var events = 0
    var kills = 0
    private(set) var faults: Set<Fault> = []
    private(set) var violation: Violation?
    private(set) var lines: [String] = []
    private let isTracing: Bool

    private(set) var hosts: [SimulatedHost] = []
    private(set) var hubs: [SimulatedHub] = []
    private(set) var network: Network!
    private(set) var judge: Judge!

    init(_ schedule: Schedule, plant: Plant?, isTracing: Bool) {
        self.schedule = schedule
        self.plant = plant
        self.isTracing = isTracing
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

    // MARK: Time

    /// The true time as a clock that is right shows it.
    static let epoch: Int64 = 1_800_000_000_000_000

    var clock: Timestamp { Timestamp(microseconds: Self.epoch + now) }

    func at(_ time: Int64, _ action: @escaping () -> Void) {
        queue.add(at: max(time, now), .call(action))
    }

    func wake(_ daemon: SimulatedDaemon, at time: Int64, number: Int) {
        queue.add(at: max(time, now), .wake(daemon, number: number))
    }

    func schedule(_ steps: [TimedStep], _ take: @escaping (TimedStep) -> Void) {
        for step in steps { queue.addInLine(at: step.time, .call { take(step) }) }
    }

    func after(_ delay: Int64, _ action: @escaping () -> Void) { at(now + delay, action) }

    /// Lets time pass until then, or until something is violated.
    func run(until end: Int64) {
        while violation == nil, let time = queue.nextTime, time <= end {
            now = time
            events += 1
            switch queue.removeFirst() {
            case .call(let action): action()
            case .wake(let daemon, let number): daemon.woken(number)
            }
        }
        if violation == nil { now = max(now, end) }
    }

    /// Breaks the cycles of those who wait for each other.
    func close() { queue = EventQueue() }

    // MARK: What is noted

    func reached(_ fault: Fault) { faults.insert(fault) }

    /// The first one counts.
    func violated(_ invariant: Violation.Invariant, _ detail: @autoclosure () -> String) {
        guard violation == nil else { return }
        violation = Violation(invariant: invariant, time: now, detail: detail())
        trace("violated: \(violation!)")
    }

    func trace(_ line: @autoclosure () -> String) {
        if isTracing { lines.append("\(seconds(now)): \(line())") }
    }

    func daemon(_ name: DaemonName) -> SimulatedDaemon {
        switch name {
        case .monitor(let host): hosts[host].monitor
        case .subscriber(let host): hosts[host].subscriber
        case .hub(let hub): hubs[hub]
        }
    }

    var daemons: [SimulatedDaemon] { hubs + hosts.flatMap { [$0.monitor, $0.subscriber] } }
}

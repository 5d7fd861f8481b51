/// All that happens in one simulated cluster, made from a seed.
struct Schedule: Playable {
    let seed: UInt64
    let shape: Shape
    var steps: [TimedStep<Step>]

    static let leastSteps = 200

    init(seed: UInt64) {
        self.seed = seed
        shape = Shape(seed: seed)
        var chance = SeededGenerator(seed: seed, stream: 2)
        var time: Int64 = 2_000_000
        steps = []
        let count = Self.leastSteps + chance.below(40)
        while steps.count < count {
            switch chance.below(10) {
            case 0..<5: time += chance.between(0, 200_000)
            case 5..<9: time += chance.between(200_000, 3_000_000)
            default: time += chance.between(3_000_000, 10_000_000)
            }
            steps.append(TimedStep(time: time, step: Self.step(of: shape, &chance)))
        }
        steps += Self.allowances(seed: seed, shape, until: time)
        steps.sort { $0.time < $1.time }
    }

    /// In most schedules somebody allows something: by a generator of their own, so that what else a seed brings
    /// does not depend on it.
    private static func allowances(seed: UInt64, _ shape: Shape, until end: Int64) -> [TimedStep<Step>] {
        var chance = SeededGenerator(seed: seed, stream: 3)
        guard chance.chance(85) else { return [] }
        return (0..<chance.between(2, 8)).flatMap { _ in
            let time = chance.between(1_000_000, end)
            let allowed = chance.chance(20) ? Allowed.network : .address(chance.below(shape.addresses))
            let allow = Step.allow(
                host: chance.below(shape.hosts.count), hub: chance.below(Shape.hubs), allowed,
                length: chance.between(2_000_000, 900_000_000))
            let disallow = Step.disallow(hub: chance.below(Shape.hubs), allowed)
            let later = time + chance.between(100_000, 120_000_000)
            return [TimedStep(time: time, step: allow)]
                + (chance.chance(85) ? [TimedStep(time: min(later, end), step: disallow)] : [])
        }
    }

    func play(_ plant: Plant?, isTracing: Bool) -> Simulation.Report {
        let world = World(self, plant: plant, isTracing: isTracing)
        world.run()
        return world.report(seed: seed, steps: steps.count)
    }

    /// When the last step is done and everything is mended.
    var end: Int64 { (steps.map(\.time).max() ?? 0) + 1_000_000 }

    private static func step(of shape: Shape, _ chance: inout SeededGenerator) -> Step {
        let host = chance.below(shape.hosts.count)
        let jail = chance.below(shape.jails)
        let address = chance.below(shape.addresses)
        let asks = shape.hosts[host].asks
        let hub = chance.below(Shape.hubs)
        let length = chance.between(1_000_000, 25_000_000)
        switch chance.below(100) {
        case 0..<34:
            let age = chance.chance(50) ? 0 : chance.between(0, 3_000_000)
            return .attack(host: host, jail: jail, address: address, age: age, increased: chance.chance(15))
        case 34..<38: return .personBans(host: host, jail: jail, address: address)
        case 38..<46:
            return .personUnbans(host: host, jail: chance.chance(12) ? nil : jail, address: address)
        case 46..<48 where asks: return .setBantime(host: host, jail: jail, seconds: chance.pick(Shape.bantimes))
        case 46..<48: return .configure(host: host, bantime: chance.pick(Shape.bantimes))
        case 48..<51:
            return .restartJail(
                host: host, jail: jail, spacing: chance.between(0, 2_000_000), down: chance.between(0, 5_000_000))
        case 51..<53:
            return .restartServer(
                host: host, spacing: chance.between(0, 1_000_000), down: chance.between(0, 30_000_000))
        case 53..<56: return .slowAnswers(host: host, delay: chance.between(500_000, 20_000_000), length: length)
        case 56..<58: return .unclearAnswers(host: host, length: length)
        case 58..<63: return .rotate(host: host, keepsOld: !asks || chance.chance(50))
        case 63..<78: return kill(host, hub, &chance)
        case 78..<81: return .stall(daemon(host, hub, &chance), length: length)
        case 81..<85: return .fillDisk(daemon(host, hub, &chance), length: length)
        case 85..<90: return .cut(host: host, hub: hub, silent: chance.chance(40), length: length)
        case 90..<96: return .roughSea(host: host, hub: hub, length: length)
        case 96..<98 where shape.clocksJump && asks:
            let size = chance.pick([3_000_000, 60_000_000, 900_000_000, 3_600_000_000] as [Int64])
            return .clock(host: host, by: chance.between(-size, size))
        case 98 where shape.clocksJump && asks: return .clockRight(host: host)
        default: return .roughSea(host: host, hub: hub, length: length)
        }
    }

    private static func daemon(_ host: Int, _ hub: Int, _ chance: inout SeededGenerator) -> DaemonName {
        chance.pick([.monitor(host), .subscriber(host), .hub(hub)])
    }

    private static func kill(_ host: Int, _ hub: Int, _ chance: inout SeededGenerator) -> Step {
        let daemon = daemon(host, hub, &chance)
        let points =
            switch daemon {
            case .monitor: KillPoint.ofMonitor
            case .subscriber: KillPoint.ofSubscriber
            case .hub: KillPoint.ofHub
            }
        let point = chance.chance(15) ? .anywhere : chance.pick(points)
        let down = chance.chance(60) ? chance.between(0, 2_000_000) : chance.between(2_000_000, 60_000_000)
        return .kill(daemon, point, down: down)
    }
}

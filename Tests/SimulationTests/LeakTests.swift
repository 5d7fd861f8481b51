import Testing

@testable import Simulation

@Suite struct LeakTests {
    /// A million worlds must not add up.
    @Test(arguments: [false, true]) func `a world that is over leaves nothing behind`(isRun: Bool) {
        weak var world: World?
        weak var host: SimulatedHost?
        weak var monitor: SimulatedMonitor?
        weak var subscriber: SimulatedSubscriber?
        weak var hub: SimulatedHub?
        weak var fail2ban: SimulatedFail2Ban?
        weak var link: HubLink?
        do {
            let built = World(Schedule(seed: 3), plant: nil, isTracing: false)
            if isRun { built.run() }
            (world, host, monitor, subscriber) = (
                built, built.hosts[0], built.hosts[0].monitor, built.hosts[0].subscriber
            )
            (hub, fail2ban, link) = (built.hubs[0], built.hosts[0].fail2ban, built.hosts[0].monitor.links[0])
            _ = built.report(seed: 3, steps: 0)
        }
        // In words: what is left must not be looked into, since its world is gone.
        let left = [
            ("world", world != nil), ("host", host != nil), ("monitor", monitor != nil),
            ("subscriber", subscriber != nil),
            ("hub", hub != nil), ("fail2ban", fail2ban != nil), ("link", link != nil),
        ].filter(\.1).map(\.0)
        #expect(left == [])
    }
}

internal import BanModel

/// One hub as a subscriber hears it: its broadcasts, and a link for questions.
final class SimulatedFeed {
    struct Broadcast {
        var reports: [Report]
        var epoch: UInt64
        var sequence: UInt64
    }

    private unowned(unsafe) let subscriber: SimulatedSubscriber
    private var world: World { subscriber.world }
    let hub: Int
    let link: HubLink
    /// Counts the connections to the broadcasts.
    private var connection = 0
    private var isConnecting = false
    /// Whether the hub sends to this connection.
    private var isSubscribed = false
    private var joins = 0
    private var broadcasts: [Broadcast] = []

    init(of subscriber: SimulatedSubscriber, hub: Int) {
        self.subscriber = subscriber
        self.hub = hub
        let host = subscriber.host.name
        link = HubLink(of: subscriber, host: subscriber.host.index, to: hub, limit: 30_000_000) { .hello(host, nil) }
    }

    /// The process is gone, or the connection.
    func left() {
        connection += 1
        isConnecting = false
        isSubscribed = false
    }

    func forget() {
        left()
        link.close()
        (joins, broadcasts) = (0, [])
    }

    /// The handshake comes first, and a moment later the hub knows of the subscription.
    func connect() {
        guard subscriber.isUp, !isConnecting, !isSubscribed else { return }
        guard world.network.isOpen(subscriber.host.index, hub) else { return }
        isConnecting = true
        connection += 1
        let connection = self.connection
        world.after(subscriber.chance.between(1_000, 1_500_000)) { [self] in
            guard connection == self.connection else { return }
            joins += 1
            subscriber.wake()
            world.after(subscriber.chance.between(100, 30_000)) { [self] in
                guard connection == self.connection else { return }
                isConnecting = false
                isSubscribed = true
            }
        }
    }

    /// The hub broadcasts this.
    func send(_ reports: [Report], epoch: UInt64, sequence: UInt64) {
        guard isSubscribed else { return }
        let life = subscriber.life
        world.network.send(between: subscriber.host.index, and: hub) { [self] in
            guard subscriber.isUp, subscriber.life == life else { return }
            broadcasts.append(Broadcast(reports: reports, epoch: epoch, sequence: sequence))
            subscriber.wake(after: subscriber.chance.between(20, 500))
        }
    }

    /// What has happened: connections first, then answers, then broadcasts, as the shell looks at them.
    func work(joined: () -> Void, event: (HubLink.Event) -> Void, broadcast: (Broadcast) -> Void) {
        while joins > 0 {
            joins -= 1
            joined()
        }
        for each in link.work() { event(each) }
        let heard = broadcasts
        broadcasts = []
        for each in heard { broadcast(each) }
    }
}

internal import BanModel

/// One connection of a daemon to one hub, as HubClient keeps it: a hello first, one request at a time, each with a limit.
final class HubLink {
    enum Event: CustomStringConvertible {
        case greeted(HubGreeting, asked: Int64)
        case reply(HubReply)
        case lost

        var description: String {
            switch self {
            case .greeted(let greeting, _): "greetings of \(greeting.epoch)"
            case .reply(.taken(let epoch, let except)): "taken by \(epoch) but for \(except.count)"
            case .reply(.refused(let refusal)): "\(refusal)"
            case .reply(.answer), .reply(.greeting), .reply(.held), .reply(.disallowed): "an answer"
            case .lost: "nothing"
            }
        }
    }

    private enum State {
        case closed
        case resting(until: Int64)
        case connecting(since: Int64)
        case greeting(asked: Int64)
        case asking(asked: Int64)
        case idle
        case pausing(until: Int64)
    }

    private static let firstPause: Int64 = 100_000
    private static let longestPause: Int64 = 5_000_000

    private unowned(unsafe) let world: World
    private unowned(unsafe) let owner: SimulatedDaemon
    private let host: Int
    let hub: Int
    /// How long an answer may take.
    private let limit: Int64
    private let hello: () -> HubRequest
    private var state = State.closed
    private var pause = HubLink.firstPause
    private var connection = 0
    /// An answer to what was asked before is heard by nobody: a connection carries one request at a time.
    private var exchange = 0
    private var events: [Event] = []

    init(of owner: SimulatedDaemon, host: Int, to hub: Int, limit: Int64, hello: @escaping () -> HubRequest) {
        world = owner.world
        self.owner = owner
        self.host = host
        self.hub = hub
        self.limit = limit
        self.hello = hello
    }

    var isIdle: Bool { if case .idle = state { true } else { false } }
    var isAsking: Bool { if case .asking = state { true } else { false } }

    var deadline: Int64? {
        switch state {
        case .closed, .idle: nil
        case .resting(let moment), .pausing(let moment): moment
        case .connecting(let since): since + limit
        case .greeting(let asked), .asking(let asked): asked + limit
        }
    }

    func close() {
        connection += 1
        state = .closed
        events = []
    }

    /// What has happened, in its order.
    func work() -> [Event] {
        switch state {
        case .closed: open()
        case .resting(let moment) where moment <= world.now: open()
        case .pausing(let moment) where moment <= world.now: state = .idle
        case .connecting(let since) where since + limit <= world.now: giveUp(telling: true)
        case .greeting(let asked) where asked + limit <= world.now, .asking(let asked) where asked + limit <= world.now:
            giveUp(telling: true)
        default: break
        }
        if events.isEmpty { return [] }
        defer { events = [] }
        return events
    }

    private func open() {
        connection += 1
        state = .connecting(since: world.now)
        if world.network.isOpen(host, hub) { hubIsThere() }
    }

    func hubIsThere() {
        guard case .connecting = state else { return }
        greet()
    }

    func greet() {
        switch state {
        case .connecting, .idle, .pausing: break
        case .closed, .resting, .greeting, .asking: return
        }
        state = .greeting(asked: world.now)
        send(hello())
    }

    func ask(_ request: HubRequest) {
        state = .asking(asked: world.now)
        send(request)
    }

    func isWell() { pause = Self.firstPause }

    /// The hub is there and wants nothing now.
    func rest() {
        guard isIdle else { return }
        state = .pausing(until: world.now + lengthenPause())
    }

    /// The connection is gone.
    func broke() {
        switch state {
        case .closed, .resting, .connecting: return
        case .greeting, .asking, .idle, .pausing: break
        }
        let connection = self.connection
        world.after(1_000) { [self] in
            guard connection == self.connection else { return }
            giveUp(telling: true)
            owner.wake()
        }
    }

    /// Ends the connection; the next one comes after a pause.
    func giveUp(telling: Bool) {
        connection += 1
        state = .resting(until: world.now + lengthenPause())
        if telling { events.append(.lost) }
    }

    private func lengthenPause() -> Int64 {
        defer { pause = min(pause * 2, Self.longestPause) }
        return pause
    }

    private func send(_ request: HubRequest) {
        exchange += 1
        let (connection, exchange, hubLife) = (self.connection, self.exchange, world.hubs[hub].life)
        world.network.send(between: host, and: hub) { [self] in
            let server = world.hubs[hub]
            guard server.isUp, server.life == hubLife else { return }
            server.receive(request) { [self] reply in
                world.network.send(between: host, and: hub) { [self] in
                    guard connection == self.connection, exchange == self.exchange else { return }
                    self.exchange += 1
                    hear(reply)
                }
            }
        }
    }

    private func hear(_ reply: HubReply) {
        switch state {
        case .greeting(let asked):
            if case .greeting(let greeting) = reply {
                state = .idle
                events.append(.greeted(greeting, asked: asked))
            } else {
                giveUp(telling: true)
            }
        case .asking:
            state = .idle
            events.append(.reply(reply))
        case .closed, .resting, .connecting, .idle, .pausing: return
        }
        owner.wake(after: owner.chance.between(20, 500))
    }
}

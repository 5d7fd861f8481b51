internal import BanModel

/// A hub's disk, and the thread that writes it: it keeps what was committed and nothing else.
final class SimulatedStore {
    enum Outcome {
        case stored(UInt64)
        case failed(String)
    }

    private static let firstPause: Int64 = 100_000
    private static let longestPause: Int64 = 5_000_000

    private var disk: [ReportKey: Report.State] = [:]
    private weak var hub: SimulatedHub?
    private var life = 0
    private var waiting: [(key: ReportKey, state: Report.State?)] = []
    private var ticket: UInt64?
    private var isBusy = false
    private var pause = SimulatedStore.firstPause

    var reports: [Report] { disk.sorted { $0.key < $1.key }.map { $0.key.report($0.value) } }

    func begin(_ hub: SimulatedHub) {
        end()
        self.hub = hub
    }

    /// What was on its way to the disk is lost.
    func end() {
        life += 1
        (waiting, ticket, isBusy, pause) = ([], nil, false, Self.firstPause)
    }

    func write(_ news: [Report], forgotten: [ReportKey], ticket: UInt64) {
        waiting += news.map { ($0.key, $0.state) } + forgotten.map { ($0, nil) }
        self.ticket = ticket
        commit()
    }

    private func commit() {
        guard !isBusy, let ticket, let hub else { return }
        isBusy = true
        let changes = waiting
        (waiting, self.ticket) = ([], nil)
        let life = self.life
        let length = hub.chance.chance(90) ? hub.chance.between(1_000, 20_000) : hub.chance.between(20_000, 2_000_000)
        hub.world.after(length) { [self] in
            guard life == self.life else { return }
            isBusy = false
            guard !hub.isDiskFull else {
                hub.world.reached(.diskFull)
                waiting = changes + waiting
                self.ticket = self.ticket ?? ticket
                isBusy = true
                hub.world.after(pause) { [self] in
                    guard life == self.life else { return }
                    isBusy = false
                    commit()
                }
                pause = min(2 * pause, Self.longestPause)
                return hub.heard(.failed("the disk is full"))
            }
            pause = Self.firstPause
            for (key, state) in changes { disk[key] = state }
            hub.world.trace("\(hub.name) has stored up to \(ticket)")
            commit()
            hub.heard(.stored(ticket))
        }
    }
}

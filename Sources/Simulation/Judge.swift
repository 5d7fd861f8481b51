internal import BanModel
internal import ClusterCore

/// Watches that what must hold does: some of it at every step, the rest when everything is mended.
final class Judge {
    private unowned(unsafe) let world: World
    /// What each hub has ACKed.
    private var acknowledged: [[ReportKey: Report.State]]
    /// What any hub ever broadcast, merged.
    private var everTold: [ReportKey: Report.State] = [:]
    /// When a hub last broadcast something.
    private var lastNews: Int64 = 0
    /// The greatest state that each copy has held.
    private var greatest: [[ReportKey: Report.State]]
    /// Whom a person freed from a host's jail of the cluster, since the cluster last banned him there.
    private var freedByPerson: [Set<Address>]

    /// Ends are judged to this, in microseconds: fail2ban looks for them once a second and prints whole seconds.
    private static let grain: Int64 = 5_000_000
    /// So long a subscriber tries to free what fail2ban does not find, in microseconds.
    private static let freeing: Int64 = 300_000_000

    init(world: World) {
        self.world = world
        acknowledged = Array(repeating: [:], count: Shape.hubs)
        greatest = Array(repeating: [:], count: world.schedule.shape.hosts.count)
        freedByPerson = Array(repeating: [], count: world.schedule.shape.hosts.count)
    }

    private var maximum: Duration { .seconds(30 * 86_400) }

    // MARK: At every step

    func acknowledged(_ reports: [Report], by hub: SimulatedHub) {
        for report in reports where report.state.bounded(by: maximum).isKept(at: world.clock) {
            // What the hub has rightly forgotten says nothing about what comes later.
            let known = acknowledged[hub.index][report.key].flatMap {
                $0.bounded(by: maximum).isKept(at: world.clock) ? $0 : nil
            }
            acknowledged[hub.index][report.key] = known?.merged(with: report.state) ?? report.state
        }
    }

    /// A hub that begins knows all that it has ACKed.
    func hubStarted(_ hub: SimulatedHub) {
        guard let machine = hub.machine else { return }
        var held: [ReportKey: Report.State] = [:]
        for report in machine.reports { held[report.key] = report.state }
        for (key, state) in acknowledged[hub.index].sorted(by: { $0.key < $1.key }) {
            guard state.bounded(by: maximum).isKept(at: world.clock) else {
                acknowledged[hub.index][key] = nil
                continue
            }
            guard let known = held[key], known.merged(with: state) == known else {
                let found = held[key].map { World.text(key.report($0)) } ?? "nothing"
                return world.violated(
                    .acknowledgedIsHeld, "\(hub.name) has ACKed \(World.text(key.report(state))) and holds \(found)")
            }
        }
    }

    func told(_ report: Report) {
        everTold[report.key] = everTold[report.key]?.merged(with: report.state) ?? report.state
        lastNews = world.now
    }

    /// The lines of bans before the position need not be read again: a hub has ACKed what they told, or has said that it
    /// holds it, and then it stands in the table beside the position. An old line may have been over when it was read, and
    /// where files were rotated away,
    /// what lay behind them is asked of fail2ban.
    func monitorBegins(on host: SimulatedHost, at position: SimulatedLog.Place, with records: [MonitorRecord]) {
        var table: [Subject: Version] = [:]
        for case .live(let claim, let state) in records { table[claim.subject] = state.version }
        guard !host.fail2ban.log.hasLostFiles else { return }
        for jail in host.fail2ban.jails where jail.name != World.own {
            for (address, ban) in jail.bans.sorted(by: { $0.key < $1.key }) {
                guard let line = ban.line, line.place < position, host.fail2ban.log.holds(line.place),
                    world.now - ban.begun < 55_000_000, !host.wasWrong(within: 60_000_000)
                else { continue }
                let key = ReportKey(Origin(host: host.name), Subject(jail.name, address))
                let versions = acknowledged.compactMap { $0[key]?.version } + [table[key.subject]].compactMap { $0 }
                guard !versions.contains(where: { $0 >= line.time.microseconds }) else { continue }
                return world.violated(
                    .positionFollowsAcks,
                    "\(host.monitor.name) has passed the ban of \(key.subject), and no hub has ACKed it")
            }
        }
    }

    func copyBegins(_ host: Int, with reports: [Report]) {
        greatest[host] = [:]
        for report in reports { copyHolds(report, on: host) }
    }

    func copyHolds(_ report: Report, on host: Int) {
        if let known = greatest[host][report.key], known.isKept(at: world.clock), known > report.state,
            !world.hosts[host].wasWrong(within: 900_000_000)
        {
            world.violated(
                .copiesOnlyGrow,
                "h\(host) held \(World.text(report.key.report(known))) and holds \(World.text(report)) now")
        }
        greatest[host][report.key] = report.state
    }

    func reported(_ subject: Subject, by host: SimulatedHost) { host.fail2ban.noteReported(subject) }

    /// A report is lifted only when fail2ban does not hold its ban any more, in its database either. Where the clock was
    /// wrong at some time of the ban, or within a quarter of an hour, an end may be believed that was told by it.
    func lifted(_ subject: Subject, by host: SimulatedHost) {
        guard let jail = host.fail2ban.jail(subject.jail), !host.wasWrong(within: 900_000_000),
            let ban = jail.held(subject.address, at: host.clock), ban.isReported, !ban.isMisdated
        else { return }
        // By the log alone, a ban is over when the bantime says so that the monitor was given.
        guard host.shape.asks || ban.told + .seconds(host.monitor.leastConfigured) > world.clock else { return }
        world.violated(
            .nobodyFreedEarly,
            "h\(host.index) lifts \(subject), which its fail2ban holds until \(jail.end(of: ban))")
    }

    func personFreed(_ address: Address, on host: Int) { freedByPerson[host].insert(address) }

    func clusterBans(_ address: Address, on host: Int) { freedByPerson[host].remove(address) }

    func clusterFrees(_ address: Address, in jail: SimulatedJail, on host: Int) {
        guard let ban = jail.bans[address], ban.maker != .cluster else { return }
        world.violated(.localBansStay, "h\(host) frees \(address) in \(jail.name), which \(ban.maker) has banned")
    }

    // MARK: When all is mended

    /// Whether what was told last is not told everywhere, or not done everywhere, though nothing fails.
    var isUnsettled: Bool { world.now - lastNews < Self.grain }

    /// Everybody is up, knows everything that there is to know, and has done what is due.
    func settled() {
        for hub in world.hubs { hubStarted(hub) }
        let least = hubReports(of: world.hubs)
        for host in world.hosts {
            checkCopy(of: host, least)
            checkLedger(of: host)
            checkReports(of: host)
        }
    }

    private func hubReports(of hubs: [SimulatedHub]) -> [ReportKey: Report.State] {
        var all: [ReportKey: Report.State] = [:]
        for hub in hubs {
            for report in hub.machine?.reports.map({ $0 }) ?? []
            where report.state.bounded(by: maximum).isKept(at: world.clock) {
                all[report.key] = all[report.key]?.merged(with: report.state) ?? report.state
            }
        }
        return all
    }

    private func copy(of host: SimulatedHost) -> [ReportKey: Report.State] {
        var held: [ReportKey: Report.State] = [:]
        for report in host.subscriber.copy?.replicaSnapshot(at: host.clock) ?? [] { held[report.key] = report.state }
        return held
    }

    /// A copy holds what the hubs hold. It may hold more that some hub has broadcast: a later word which that hub has
    /// rightly forgotten, while the other one still remembers an earlier word; and the last words of a hub that was killed
    /// before they were on disk, which nobody can take back.
    private func checkCopy(of host: SimulatedHost, _ least: [ReportKey: Report.State]) {
        let held = copy(of: host)
        for key in Set(held.keys).union(least.keys).sorted() {
            guard isAtLeast(held[key], least[key]), isAtLeast(everTold[key], held[key]) else {
                return world.violated(
                    .copiesAreEqual,
                    "h\(host.index) holds \(text(key, held[key])), and the hubs hold \(text(key, least[key]))")
            }
        }
    }

    private func isAtLeast(_ state: Report.State?, _ other: Report.State?) -> Bool {
        guard let other else { return true }
        return state.map { $0.merged(with: other) == $0 } ?? false
    }

    private func text(_ key: ReportKey, _ state: Report.State?) -> String {
        state.map { World.text(key.report($0)) } ?? "nothing on \(key)"
    }

    private func checkLedger(of host: SimulatedHost) {
        guard let machine = host.subscriber.copy, let jail = host.fail2ban.jail(World.own) else { return }
        var ledger: [Address: LedgerRecord.Step] = [:]
        for record in machine.ledgerSnapshot(at: host.clock) {
            ledger[record.subject.address] = record.step == .released ? nil : record.step
        }
        var wanted: Set<Address> = []
        var isEnding: Set<Address> = []
        let live = copy(of: host).filter { $0.value.bounded(by: maximum).isLive(at: world.clock) }.map(\.key)
        let allowed = live.filter { $0.origin.source == .allow }.map(\.subject.address)
        for key in live where key.origin.source != .allow && key.origin.host != host.name {
            if !allowed.contains(where: { $0.contains(key.subject.address) }) { wanted.insert(key.subject.address) }
        }
        var ended: Set<Address> = []
        // What a hub lost again before it was on disk, this copy may not have heard: it goes by what it held itself.
        for (key, state) in [everTold, greatest[host.index]].joined() {
            let end = state.isLifted ? min(state.until.microseconds, state.version) : state.until.microseconds
            let addresses = World.addresses(in: key.subject.address)
            if abs(end - world.clock.microseconds) < Self.grain { isEnding.formUnion(addresses) }
            if (0..<Self.freeing).contains(world.clock.microseconds - end) { ended.formUnion(addresses) }
        }
        for address in wanted.union(ledger.keys).union(jail.bans.keys).sorted() where !isEnding.contains(address) {
            let isWanted = wanted.contains(address)
            // A free that fail2ban did not find is tried again for a while, in case that its jail restores the ban.
            let mayBeUnfound = ended.contains(address) && jail.bans[address] == nil
            if !isWanted, mayBeUnfound { continue }
            if ledger[address] == .yielded, isWanted {
                guard !freedByPerson[host.index].contains(address) else { continue }
                return world.violated(
                    .nobodyFreedEarly, "h\(host.index) leaves \(address) free, as if a person had freed it")
            }
            guard (ledger[address] == .held) == isWanted, (ledger[address] == nil) != isWanted else {
                return world.violated(
                    .ledgerFollowsPolicy,
                    "h\(host.index): \(address) is \(isWanted ? "" : "not ")to be banned, and in the ledger it is "
                        + (ledger[address]?.rawValue ?? "not there"))
            }
            let isBanned = jail.bans[address] != nil
            guard isBanned == isWanted || (isWanted && freedByPerson[host.index].contains(address)) else {
                return world.violated(
                    .jailFollowsLedger,
                    "h\(host.index): \(address) is \(isWanted ? "" : "not ")in the ledger, and fail2ban "
                        + (isBanned ? "bans it" : "does not ban it"))
            }
        }
    }

    /// What fail2ban holds and what the hub that its monitor uses holds of it: the other one hears of the rest when the
    /// monitor goes there, and later from its twin. A monitor that may not ask goes by the log alone: it knows
    /// neither moved ends nor, after a restart, what was freed; its reports must not end before what its lines say.
    private func checkReports(of host: SimulatedHost) {
        let all = hubReports(of: host.monitor.hub.map { [world.hubs[$0]] } ?? [])
        for jail in host.fail2ban.jails where jail.name != World.own {
            for number in 0..<world.schedule.shape.addresses {
                let address = World.address(number)
                let key = ReportKey(Origin(host: host.name), Subject(jail.name, address))
                let state = all[key].flatMap { $0.isLifted ? nil : $0 }
                guard let ban = jail.bans[address] else {
                    let isOld = jail.freed[address].map { world.now - $0 > Self.grain } ?? true
                    guard host.shape.asks, isOld, let state, state.until > world.clock + .microseconds(Self.grain)
                    else { continue }
                    return world.violated(
                        .nobodyPastTheEnd,
                        "h\(host.index)'s fail2ban does not hold \(key.subject), and the hubs hold \(text(key, state))")
                }
                let end = jail.end(of: ban)
                guard host.shape.asks else {
                    let least = ban.told + .seconds(host.monitor.leastConfigured)
                    guard least > world.clock + .microseconds(Self.grain), state == nil else { continue }
                    return world.violated(
                        .reportsFollowFail2Ban, "h\(host.index) bans \(key.subject), and the hubs hold no ban")
                }
                guard end > world.clock + .microseconds(Self.grain) else { continue }
                let difference = state.map { ($0.until - end).microseconds }
                guard let difference, (-1_100_000...2_200_000).contains(difference) else {
                    return world.violated(
                        .reportsFollowFail2Ban,
                        "h\(host.index) bans \(key.subject) until \(end), and the hubs hold \(text(key, all[key]))")
                }
            }
        }
    }

    /// When everything that is known now is over; in true time.
    var lastEnd: Int64 {
        var last = world.clock
        for report in world.hubs.flatMap({ $0.machine?.reports.map { $0 } ?? [] }) {
            last = max(last, report.state.forget)
        }
        for host in world.hosts {
            for jail in host.fail2ban.jails where jail.name != World.own {
                for ban in jail.bans.values { last = max(last, jail.end(of: ban)) }
            }
            for report in host.subscriber.copy?.replicaSnapshot(at: host.clock) ?? [] {
                last = max(last, report.state.forget)
            }
            // What a monitor read twice under two bantimes, it remembers for the longer one.
            for case .live(_, let state) in host.monitor.machine?.snapshot ?? [] { last = max(last, state.forget) }
        }
        return last.microseconds - World.epoch
    }

    /// Every ban is over: all is free and forgotten.
    func over() {
        for host in world.hosts {
            if let address = host.fail2ban.jail(World.own)?.bans.keys.min() {
                return world.violated(.nobodyPastTheEnd, "h\(host.index) still bans \(address)")
            }
            if let report = host.subscriber.copy?.replicaSnapshot(at: host.clock).first {
                return world.violated(.allIsForgotten, "h\(host.index) still holds \(World.text(report))")
            }
            for case .live(let claim, let state) in host.monitor.machine?.snapshot ?? [] {
                return world.violated(.allIsForgotten, "\(host.monitor.name) still holds \(claim.subject): \(state)")
            }
        }
        for hub in world.hubs {
            if let report = hub.machine?.reports.first(where: { _ in true }) ?? hub.stored.first {
                return world.violated(.allIsForgotten, "\(hub.name) still holds \(World.text(report))")
            }
        }
    }
}

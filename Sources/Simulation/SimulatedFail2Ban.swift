internal import BanModel

/// A host's fail2ban, as docs/fail2ban.md and the real one describe it: what it holds is the truth of this world.
final class SimulatedFail2Ban {
    private unowned(unsafe) let host: SimulatedHost
    private var world: World { host.world }
    private var chance: SeededGenerator
    private(set) var jails: [SimulatedJail]
    private(set) var isServerUp = true
    let log: SimulatedLog
    /// Questions wait until then: a stop holds up everybody.
    private(set) var busyUntil: Int64 = 0
    private var lastCall: Int64 = 0
    private var slowUntil: Int64 = 0
    private var slowness: Int64 = 0
    private var unclearUntil: Int64 = 0

    init(on host: SimulatedHost) {
        self.host = host
        chance = SeededGenerator(seed: host.world.schedule.seed, stream: 100 + UInt64(host.index))
        log = SimulatedLog(of: host)
        jails = host.world.schedule.shape.hosts[host.index].bantimes.enumerated().map {
            SimulatedJail(name: World.jail($0), bantime: .seconds($1))
        }
        jails.append(SimulatedJail(name: World.own, bantime: .seconds(7 * 86_400)))
    }

    /// The cluster's own jail stands last.
    var own: Int { jails.count - 1 }

    private func index(of jail: Jail) -> Int? { jails.indices.first { jails[$0].name == jail } }

    func jail(_ name: Jail) -> SimulatedJail? { index(of: name).map { jails[$0] } }

    func noteReported(_ subject: Subject) {
        guard let jail = index(of: subject.jail) else { return }
        jails[jail].bans[subject.address]?.isReported = true
        jails[jail].suspended[subject.address]?.isReported = true
    }

    func noteLine(_ subject: Subject, at place: SimulatedLog.Place, _ time: Timestamp) {
        guard let jail = index(of: subject.jail) else { return }
        jails[jail].bans[subject.address]?.line = (place, time)
    }

    // MARK: Bans and their ends

    private func write(_ event: LogRecord.JailEvent, in jail: Int, after delay: Int64 = 0) {
        log.write(.jail(jails[jail].name, event), after: delay)
    }

    func attack(_ jail: Int, _ address: Address, age: Int64, increased: Bool) {
        guard isServerUp, jails[jail].phase == .running else { return }
        let since = host.clock - .microseconds(age)
        if var ban = jails[jail].bans[address] {
            // The end moves, and the log says so or not.
            ban.since = max(ban.since, since)
            if chance.chance(50) {
                ban.told = host.clock
                write(.bannedAlready(address), in: jail)
            }
            jails[jail].bans[address] = ban
        } else {
            begin(jail, address, since: since, maker: .fail2ban)
            guard increased, let bantime = jails[jail].bantime else {
                return watch(jail, address)
            }
            jails[jail].bans[address]?.length = bantime * 2
            let end = since + bantime * 2
            let printed = Timestamp.seconds(end.microseconds / 1_000_000)
            write(.increased(address, until: printed), in: jail, after: chance.between(0, 50_000))
        }
        watch(jail, address)
    }

    private func begin(_ jail: Int, _ address: Address, since: Timestamp, maker: SimulatedJail.Maker) {
        jails[jail].suspended[address] = nil
        jails[jail].bans[address] = SimulatedJail.Ban(
            since: since, maker: maker, told: host.clock, begun: world.now, isMisdated: host.offset != 0)
        jails[jail].total += 1
        world.trace("h\(host.index) bans \(address) in \(jails[jail].name)")
        write(.banned(address), in: jail)
    }

    /// Returns whether it was not banned before.
    private func ban(_ jail: Int, _ address: Address, by maker: SimulatedJail.Maker) -> Bool {
        defer { watch(jail, address) }
        if jails[jail].bans[address] != nil {
            jails[jail].bans[address]?.since = host.clock
            if chance.chance(30) {
                jails[jail].bans[address]?.told = host.clock
                write(.bannedAlready(address), in: jail)
            }
            return false
        }
        begin(jail, address, since: host.clock, maker: maker)
        return true
    }

    private func free(_ jail: Int, _ address: Address) -> Bool {
        guard jails[jail].bans.removeValue(forKey: address) != nil else { return false }
        jails[jail].freed[address] = world.now
        world.trace("h\(host.index) frees \(address) in \(jails[jail].name)")
        write(.unbanned(address), in: jail)
        return true
    }

    func personBans(_ jail: Int, _ address: Address) {
        guard isServerUp, jails[jail].phase == .running else { return }
        world.reached(.personBanned)
        _ = ban(jail, address, by: .person)
    }

    /// - Parameter jail: nil: the cluster's own.
    func personUnbans(_ jail: Int?, _ address: Address) {
        let place = jail ?? own
        guard isServerUp, jails[place].phase == .running, free(place, address) else { return }
        world.reached(.personUnbanned)
        if jail == nil { world.judge.personFreed(address, on: host.index) }
    }

    func setBantime(_ jail: Int, _ length: Duration) {
        guard isServerUp, jails[jail].phase == .running else { return }
        world.reached(.bantimeChanged)
        jails[jail].bantime = length
        for address in jails[jail].bans.keys.sorted() { watch(jail, address) }
    }

    /// It looks for ends once a second.
    private func watch(_ jail: Int, _ address: Address) {
        guard let ban = jails[jail].bans[address] else { return }
        let end = jails[jail].end(of: ban)
        guard end != .forever else { return }
        world.at(host.trueTime(end) + chance.between(0, 1_000_000)) { [self] in endIfOver(jail, address) }
    }

    private func endIfOver(_ jail: Int, _ address: Address) {
        guard jails[jail].phase == .running, let ban = jails[jail].bans[address],
            jails[jail].end(of: ban) <= host.clock
        else { return }
        _ = free(jail, address)
    }

    func clockJumped() {
        for jail in jails.indices {
            for address in jails[jail].bans.keys.sorted() {
                jails[jail].bans[address]?.isMisdated = true
                watch(jail, address)
                world.after(chance.between(0, 1_000_000)) { [self] in endIfOver(jail, address) }
            }
            for address in jails[jail].suspended.keys.sorted() { jails[jail].suspended[address]?.isMisdated = true }
        }
    }

    // MARK: Stops and starts

    func restart(jail: Int, spacing: Int64, down: Int64) {
        guard isServerUp, jails[jail].phase == .running else { return }
        world.reached(.jailRestarted)
        let length = stop(jail, spacing: spacing)
        // Whoever restarts a jail through the client holds up the other clients.
        busyUntil = max(busyUntil, world.now + length + down)
        world.after(length + down) { [self] in start(jail, spacing: spacing) }
    }

    func restart(spacing: Int64, down: Int64) {
        guard isServerUp, jails.allSatisfy({ $0.phase == .running }) else { return }
        world.reached(.serverRestarted)
        isServerUp = false
        if host.shape.marks { log.write(.serverStopping) }
        let length = jails.indices.map { stop($0, spacing: spacing) }.max() ?? 0
        world.after(length + down) { [self] in
            isServerUp = true
            if host.shape.marks { log.write(.serverStarting) }
            for jail in jails.indices { start(jail, spacing: spacing) }
        }
    }

    /// Returns how long it takes.
    private func stop(_ jail: Int, spacing: Int64) -> Int64 {
        jails[jail].phase = .stopping
        var time: Int64 = 0
        for address in jails[jail].bans.keys.sorted() {
            write(host.shape.repeals ? .repealed(address) : .unbanned(address), in: jail, after: time)
            time += spacing
        }
        jails[jail].suspended.merge(jails[jail].bans) { $1 }
        jails[jail].bans = [:]
        world.trace("h\(host.index) stops \(jails[jail].name)")
        world.after(time) { [self] in
            jails[jail].phase = .stopped
            if host.shape.marks { write(.stopped, in: jail) }
        }
        return time + 1
    }

    private func start(_ jail: Int, spacing: Int64) {
        guard jails[jail].phase != .running else { return }
        jails[jail].phase = .running
        jails[jail].total = 0
        world.trace("h\(host.index) starts \(jails[jail].name)")
        if host.shape.marks { write(.started, in: jail) }
        var time: Int64 = 0
        for address in jails[jail].suspended.keys.sorted() {
            world.after(time) { [self] in restore(jail, address) }
            time += spacing
        }
    }

    private func restore(_ jail: Int, _ address: Address) {
        guard jails[jail].phase == .running, let ban = jails[jail].suspended.removeValue(forKey: address) else {
            return
        }
        guard jails[jail].end(of: ban) > host.clock, jails[jail].bans[address] == nil else { return }
        jails[jail].bans[address] = ban
        jails[jail].total += 1
        write(.restored(address), in: jail)
        watch(jail, address)
    }

    // MARK: Its client

    func slow(by delay: Int64, for length: Int64) {
        slowness = delay
        slowUntil = world.now + length
    }

    func loseAnswers(for length: Int64) { unclearUntil = world.now + length }

    func heal() {
        slowUntil = 0
        unclearUntil = 0
    }

    /// One run of the client: it takes its time, then fail2ban does what it is asked.
    func call(_ work: @escaping (SimulatedFail2Ban) -> Answer, then: @escaping (Answer) -> Void) {
        var delay = chance.between(20_000, 120_000)
        if world.now < slowUntil {
            world.reached(.slowAnswer)
            delay += slowness
        }
        let isLost = world.now < unclearUntil && chance.chance(60)
        let isDone = !isLost || chance.chance(50)
        let back = chance.between(5_000, 60_000)
        // It serves one caller after the other.
        lastCall = max(world.now + delay, busyUntil, lastCall)
        world.at(lastCall) { [self] in
            var answer = Answer.unclear("no answer in time")
            if isDone {
                let real = isServerUp ? work(self) : .notRunning("no server")
                if !isLost { answer = real }
            }
            if isLost { world.reached(.unclearAnswer) }
            world.after(back) { then(answer) }
        }
    }

    func answer(_ question: Question) -> Answer {
        switch question {
        case .jails: return .jails(jails.filter { $0.phase == .running }.map(\.name))
        case .bantime(let name):
            guard let jail = running(name) else { return .noSuchJail }
            return .bantime(jails[jail].bantime)
        case .bans(let name):
            guard let jail = running(name) else { return .noSuchJail }
            return .bans(
                jails[jail].bans.sorted { $0.key < $1.key }.map { (address, ban) in
                    ListedBan(address: address, since: cut(ban.since), until: cut(jails[jail].end(of: ban)))
                })
        case .status(let name):
            guard let jail = running(name) else { return .noSuchJail }
            return .status(banned: Set(jails[jail].bans.keys), total: jails[jail].total)
        }
    }

    func carryOut(_ instruction: Instruction) -> Answer {
        switch instruction {
        case .ban(let name, let addresses):
            guard let jail = running(name) else { return .noSuchJail }
            for address in addresses { world.judge.clusterBans(address, on: host.index) }
            return .changed(addresses.filter { ban(jail, $0, by: .cluster) }.count)
        case .unban(let name, let addresses):
            guard let jail = running(name) else { return .noSuchJail }
            for address in addresses { world.judge.clusterFrees(address, in: jails[jail], on: host.index) }
            return .changed(addresses.filter { free(jail, $0) }.count)
        }
    }

    private func running(_ name: Jail) -> Int? { index(of: name).flatMap { jails[$0].phase == .running ? $0 : nil } }

    /// It prints whole seconds.
    private func cut(_ time: Timestamp) -> Timestamp {
        time == .forever ? time : .seconds(time.microseconds / 1_000_000)
    }
}

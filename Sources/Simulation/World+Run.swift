internal import BanModel

/// One schedule from its beginning to the end of the last ban.
extension World {
    /// Until everything that is due has settled once all is mended: a monitor asks everything every 300 s, a jail settles
    /// within 70 s, and pauses between tries are a minute at most.
    private static let settling: Int64 = 480_000_000
    /// Where clocks have jumped, an end that is over by a wrong clock counts for a quarter of an hour more.
    private static let settlingOfClocks: Int64 = 2_000_000_000
    /// So long at most, after that, for a moment at which nobody has just told something.
    private static let quieting: Int64 = 120_000_000

    func run() {
        for daemon in daemons { daemon.start() }
        schedule(schedule.steps) { [unowned self] in take($0) }
        run(until: schedule.end)
        guard violation == nil else { return }
        heal()
        let hasJumped = faults.contains(.clockForward) || faults.contains(.clockBack)
        run(until: now + (hasJumped ? Self.settlingOfClocks : Self.settling))
        // An end may be told at this very moment; who tells without an end is found all the same.
        let latest = now + Self.quieting
        while violation == nil, judge.isUnsettled, now < latest { run(until: now + 1_000_000) }
        guard violation == nil else { return }
        trace("everything must have settled")
        judge.settled()
        // A free that fail2ban did not find is tried again 70 s later; what is told anew meanwhile has an end of its own.
        for _ in 0..<4 where violation == nil && judge.lastEnd > now { run(until: judge.lastEnd) }
        // What was to be forgotten at a moment of a clock that was wrong is forgotten so much later.
        run(until: now + 150_000_000 + (hosts.map(\.farthest).max() ?? 0))
        guard violation == nil else { return }
        trace("everything must be over")
        judge.over()
    }

    private func take(_ timed: TimedStep<Step>) {
        trace("step: \(timed.step)")
        switch timed.step {
        case .attack(let host, let jail, let address, let age, let increased):
            hosts[host].fail2ban.attack(jail, Self.address(address), age: age, increased: increased)
        case .personBans(let host, let jail, let address): hosts[host].fail2ban.personBans(jail, Self.address(address))
        case .personUnbans(let host, let jail, let address):
            hosts[host].fail2ban.personUnbans(jail, Self.address(address))
        case .setBantime(let host, let jail, let length): hosts[host].fail2ban.setBantime(jail, .seconds(length))
        case .restartJail(let host, let jail, let spacing, let down):
            hosts[host].fail2ban.restart(jail: jail, spacing: spacing, down: down)
        case .restartServer(let host, let spacing, let down): hosts[host].fail2ban.restart(spacing: spacing, down: down)
        case .slowAnswers(let host, let delay, let length): hosts[host].fail2ban.slow(by: delay, for: length)
        case .unclearAnswers(let host, let length): hosts[host].fail2ban.loseAnswers(for: length)
        case .rotate(let host, let keepsOld): hosts[host].fail2ban.log.rotate(keepsOld: keepsOld)
        case .kill(let name, let point, let down): daemon(name).doom(at: point, down: down)
        case .stall(let name, let length):
            reached(.stalled)
            daemon(name).stalledUntil = now + length
        case .fillDisk(let name, let length):
            let daemon = daemon(name)
            daemon.isDiskFull = true
            after(length) { daemon.isDiskFull = false }
        case .cut(let host, let hub, let silent, let length): network.cut(host, hub, silent: silent, for: length)
        case .roughSea(let host, let hub, let length): network.makeRough(host, hub, for: length)
        case .clock(let host, let step): hosts[host].jump(by: step)
        case .clockRight(let host): hosts[host].jump(by: -hosts[host].offset)
        case .configure(let host, let bantime): hosts[host].monitor.configure(bantime)
        case .allow(let host, let hub, let allowed, let length):
            hubs[hub].allow(Self.address(allowed), by: Self.host(host), for: .microseconds(length))
        case .disallow(let hub, let allowed): hubs[hub].disallow(Self.address(allowed))
        }
    }

    /// The network is perfect, disks are fine, clocks are right, all daemons are up, and nobody attacks.
    private func heal() {
        trace("all is mended")
        for host in hosts {
            host.jump(by: -host.offset)
            host.fail2ban.heal()
        }
        for daemon in daemons {
            daemon.isDiskFull = false
            daemon.stalledUntil = 0
            daemon.pardon()
            daemon.start()
            daemon.wake()
        }
        network.heal()
    }

    static func text(_ report: Report) -> String {
        let (state, subject) = (report.state, report.subject)
        return "\(report.origin.host): \(state.isLifted ? "lifted" : "banned") \(subject.address) in \(subject.jail), "
            + "version \(state.version - epoch), until \(state.until.microseconds - epoch), "
            + "to be forgotten at \(state.forget.microseconds - epoch)"
    }
}

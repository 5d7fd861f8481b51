internal import BanModel
internal import ClusterProtocol
internal import LinuxSystem
internal import ZeroMQ

/// Many bans at once: all lines are in the log in one write, and each has to be acknowledged from the hub's disk, and
/// obeyed by a subscriber (the log action: one line a ban). What the daemons hold then is their memory a report.
struct BurstPart {
    private struct Run {
        var obeyed: Double
        var acknowledged: Double
        var figures: [Figure] = []
    }

    let workshop: Workshop

    func measure() throws -> [Figure] {
        var figures: [Figure] = []
        for (count, repeats) in workshop.isQuick ? [(20_000, 2)] : [(100_000, 3), (1_000_000, 1)] {
            let name = "\(Quantity.grouped(count)) bans"
            let floor = try floor(count)
            var (obeyed, acknowledged, memory) = (Series(), Series(), [Figure]())
            for number in 1...repeats {
                workshop.say("burst: \(name), \(number) of \(repeats)")
                let run = try play(count, name)
                obeyed.add(Double(count) / run.obeyed)
                acknowledged.add(Double(count) / run.acknowledged)
                memory = run.figures
            }
            let isRepeated = repeats > 1
            figures += [
                Figure(
                    .burst, "\(name), obeyed", .perSecond, obeyed.median, floor: floor,
                    spread: isRepeated ? obeyed.spread : nil),
                Figure(
                    .burst, "\(name), acknowledged", .perSecond, acknowledged.median, floor: floor,
                    spread: isRepeated ? acknowledged.spread : nil),
            ]
            figures += memory
        }
        return figures
    }

    private func play(_ count: Int, _ name: String) throws -> Run {
        let context = try Context()
        let cluster = try Cluster(workshop)
        let folder = try workshop.newFolder("log")
        let listener = try Listener(in: context, cluster.broadcasts)
        var log = try BanLog(path: "\(folder)/fail2ban.log")
        let monitor = try cluster.monitor(host: "a", log: "\(folder)/fail2ban.log")
        let obeyedLog = "\(folder)/obeyed.log"
        let subscriber = try cluster.subscriber(host: "b", "subscriberaction = log\nlogfile = \(obeyedLog)")
        try subscriber.daemon.awaitLine(" in step ", within: 30)
        var first = 0
        try LatencyPart.warmUp(&log, &first, listener)
        var lines = LineCount(of: obeyedLog)
        _ = try Pause.until("the first bans", within: 30, cluster) { try lines.look() == first ? true : nil }
        let daemons = [(cluster.hub, "hub"), (subscriber.daemon, "subscriber"), (monitor.daemon, "monitor")]
        let before = try daemons.map { try ProcessUse(of: $0.0.number) }

        let bytes = BanLog.lines(first + 1..<first + 1 + count)
        let begin = SystemClock.monotonic()
        try log.append(bytes)
        let end = UInt64(try log.size)
        let state = MonitorState(folder: monitor.state)
        var (obeyed, acknowledged): (Int64?, Int64?)
        try Pause.until("\(count) bans", within: 600, cluster) {
            if obeyed == nil, try lines.look() >= first + count { obeyed = SystemClock.monotonic() }
            if acknowledged == nil, try state.position() == end { acknowledged = SystemClock.monotonic() }
            workshop.say("burst: \(name), \(lines.count) obeyed")
            return obeyed != nil && acknowledged != nil ? true : nil
        }
        var run = Run(
            obeyed: Double((obeyed ?? begin) - begin) / 1e6, acknowledged: Double((acknowledged ?? begin) - begin) / 1e6
        )
        try confirm(cluster, context, count: first + count)
        let worked = try daemons.map { try ProcessUse(of: $0.0.number) }
        try cluster.awaitIdleHub()
        for (index, (daemon, role)) in daemons.enumerated() {
            let use = try ProcessUse(of: daemon.number)
            run.figures += [
                Figure(
                    .burst, "\(name): \(role), bytes a report", .bytes,
                    max(0, use.resident - before[index].resident) / Double(count)),
                Figure(.burst, "\(name): \(role), peak", .bytes, use.peak),
                Figure(
                    .burst, "\(name): \(role), CPU a ban", .seconds,
                    worked[index].cpu(since: before[index]) / Double(count)),
            ]
        }
        run.figures.append(
            Figure(
                .burst, "\(name): hub, CPU a ban afterwards", .seconds,
                try ProcessUse(of: cluster.hub.number).cpu(since: worked[0]) / Double(count)))
        return run
    }

    /// The hub's own word: it holds all, and the subscriber has obeyed all.
    private func confirm(_ cluster: Cluster, _ context: Context, count: Int) throws {
        let questioner = try Questioner(in: context, cluster.replies)
        try Pause.until("the subscriber's word that it has obeyed", within: 30, every: 50, cluster) {
            let status = try questioner.status()
            guard status.reports == count else { throw Failure("the hub holds \(status.reports) of \(count) reports") }
            return status.subscribers.contains { $0.lag == 0 } ? true : nil
        }
    }

    /// Bans a second that bare sockets move in as many messages of as many bytes, each request awaited as a monitor does.
    private func floor(_ count: Int) throws -> Double {
        let context = try Context()
        let path = try BarePath(workshop, in: context)
        let now = SystemClock.wall()
        let requests = stride(from: 0, to: count, by: ReportsRequest.mostReports).map { first in
            path.questioner.request(
                (first..<min(first + ReportsRequest.mostReports, count)).map {
                    Samples.report($0, by: path.questioner.host, at: now)
                })
        }
        let total = requests.reduce(0) { $0 + $1.count }
        let begin = SystemClock.monotonic()
        var heard = 0
        for request in requests {
            _ = try path.questioner.ask(request)
            // Two bytes in front of each broadcast.
            while let message = try path.listener.next() { heard += message.count - 2 }
        }
        while heard < total {
            guard let message = try path.listener.wait(milliseconds: 5_000) else {
                throw Failure("a broadcast is lost")
            }
            heard += message.count - 2
        }
        return Double(count) / (Double(SystemClock.monotonic() - begin) / 1e6)
    }
}

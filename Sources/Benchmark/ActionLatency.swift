internal import LinuxSystem
internal import ZeroMQ

/// Single bans, one at a time, from the line in one host's log to the act on another.
struct ActionLatency {
    let workshop: Workshop
    let part: Part
    let count: Int

    /// - Parameters:
    ///   - general: lines for the subscriber's [general].
    ///   - done: waits until the act on this address, is done.
    func measure(general: String, _ done: (_ subscriber: Daemon, _ address: String) throws -> Void) throws -> Series {
        let context = try Context()
        let cluster = try Cluster(workshop)
        let folder = try workshop.newFolder("log")
        var log = try BanLog(path: "\(folder)/fail2ban.log")
        _ = try cluster.monitor(host: "a", log: "\(folder)/fail2ban.log")
        let subscriber = try cluster.subscriber(host: "b", general: general, "subscriberaction = \(part.rawValue)")
            .daemon
        try subscriber.awaitLine(" in step ", within: 30)
        let listener = try Listener(in: context, cluster.broadcasts)
        var number = 0
        try LatencyPart.warmUp(&log, &number, listener)
        // Acts are done one after the other: with this one, those of the warm-up are.
        number += 1
        try log.write(number)
        try done(subscriber, Samples.address(number))
        var series = Series()
        for index in 0..<count {
            workshop.say("\(part.rawValue): \(index) of \(count)")
            try cluster.drain()
            Pause.milliseconds(LatencyPart.pause)
            number += 1
            let begin = SystemClock.monotonic()
            try log.write(number)
            try done(subscriber, Samples.address(number))
            series.add(Double(SystemClock.monotonic() - begin) / 1e6)
        }
        return series
    }

    /// The way to the act, and the act: each by itself.
    func figures(_ name: String, _ ours: Series, bare: Series, named bareName: String) throws -> [Figure] {
        let context = try Context()
        let path = try BarePath(workshop, in: context)
        let way = try path.latency(count: min(count, 500), bytes: 110, pause: LatencyPart.pause)
        let floor = (median: way.median + bare.median, p99: way.p99 + bare.p99)
        return LatencyPart.figures(part, name, ours, floor: floor) + [
            Figure(part, bareName, .seconds, bare.median, spread: bare.spread(0.5))
        ]
    }
}

internal import LinuxSystem
internal import ZeroMQ

/// Single bans, one at a time: from the line in fail2ban's log to a bare SUB that hears the hub.
struct LatencyPart {
    let workshop: Workshop
    /// The next line comes only when all is idle again, in milliseconds.
    static let pause: UInt32 = 3

    func measure() throws -> [Figure] {
        let count = workshop.isQuick ? 200 : 1_000
        let context = try Context()
        let cluster = try Cluster(workshop)
        let folder = try workshop.newFolder("log")
        var log = try BanLog(path: "\(folder)/fail2ban.log")
        _ = try cluster.monitor(host: "a", log: "\(folder)/fail2ban.log")
        let bans = try SingleBans(cluster, Listener(in: context, cluster.broadcasts), &log)
        var ours = Series()
        try bans.measure(count, &log, &ours) { workshop.say("latency: \($0) of \(count)") }
        workshop.say("latency: the floor")
        let floor = try BarePath(workshop, in: context).latency(count: count, bytes: 110, pause: Self.pause)
        return Self.figures(.latency, "log line to broadcast", ours, floor: (floor.median, floor.p99))
    }

    /// Until a ban is heard, and nothing more comes.
    static func warmUp(_ log: inout BanLog, _ number: inout Int, _ listener: Listener) throws {
        repeat {
            number += 1
            guard number < 200 else { throw Failure("no ban arrives") }
            try log.write(number)
        } while try listener.wait(milliseconds: 100) == nil
        while try listener.wait(milliseconds: 200) != nil {}
    }

    static func figures(_ part: Part, _ name: String, _ series: Series, floor: (median: Double, p99: Double)?)
        -> [Figure]
    {
        [
            Figure(
                part, "\(name), median", .seconds, series.median, floor: floor?.median, spread: series.spread(0.5)),
            Figure(part, "\(name), p99", .seconds, series.p99, floor: floor?.p99, spread: series.spread(0.99)),
        ]
    }
}

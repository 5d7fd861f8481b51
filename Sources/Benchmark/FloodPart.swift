internal import LinuxSystem
internal import ZeroMQ

/// Single bans of one host beside another that floods the hub, and beside a process that is as busy and sends nothing.
struct FloodPart {
    /// How often the two change places: each is to see the same machine.
    private static let rounds = 5

    let workshop: Workshop

    func measure() throws -> [Figure] {
        let count = workshop.isQuick ? 40 : 200
        let context = try Context()
        let cluster = try Cluster(workshop, rateLimit: nil)
        let folder = try workshop.newFolder("log")
        var log = try BanLog(path: "\(folder)/fail2ban.log")
        _ = try cluster.monitor(host: "a", log: "\(folder)/fail2ban.log")
        let latency = try SingleBans(cluster, Listener(in: context, cluster.broadcasts), &log)
        var (busy, flooded) = (Series(), Series())
        for round in 1...Self.rounds {
            workshop.say("flood: \(round) of \(Self.rounds), a busy process")
            try beside([], latency, &log, count, &busy)
            workshop.say("flood: \(round) of \(Self.rounds), a flood")
            try beside([cluster.replies], latency, &log, count, &flooded)
        }
        return LatencyPart.figures(
            .flood, "log line to broadcast, beside a flood", flooded, floor: (busy.median, busy.p99))
    }

    private func beside(
        _ arguments: [String], _ latency: SingleBans, _ log: inout BanLog, _ count: Int, _ series: inout Series
    ) throws {
        let other = try Daemon(workshop, "flood", workshop.program, ["flood"] + arguments)
        try latency.measure(count, &log, &series)
        withExtendedLifetime(other) {}
    }
}

/// Asks a hub for more than it gives anybody: as fast as it can, without waiting for answers.
///
/// It runs in a process of its own, as an attacker with a key would.
package struct Flood {
    /// nil: does the same work, and sends nothing.
    private let endpoint: String?

    package init(endpoint: String?) { self.endpoint = endpoint }

    /// Until it is killed.
    package func run() throws {
        let context = try Context()
        let questioner = try Questioner(in: context, endpoint ?? "tcp://127.0.0.1:1", as: "flood")
        var socket = try Socket(.dealer, in: context)
        if let endpoint { try socket.connect(endpoint) }
        print("flood: ready ")
        flushOutput()
        var number = 0
        while true {
            number += 1
            let request = questioner.request([Samples.report(number, by: questioner.host, at: SystemClock.wall())])
            guard endpoint != nil else { continue }
            // What does not fit is not sent.
            _ = try socket.send([[], request])
            while try socket.receive() != nil {}
        }
    }
}

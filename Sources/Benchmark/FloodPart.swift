internal import LinuxSystem
internal import ZeroMQ

/// Single bans of one host beside another that floods the hub, and beside a process that is as busy and sends nothing.
struct FloodPart {
    /// How often the two change places: each is to see the same machine.
    private static let rounds = 5
    /// The one before is acknowledged by then: until it is on disk, a monitor says nothing more. In milliseconds.
    private static let pause: UInt32 = 20

    let workshop: Workshop

    func measure() throws -> [Figure] {
        let count = workshop.isQuick ? 40 : 200
        let context = try Context()
        let cluster = try Cluster(workshop, rateLimit: nil)
        let folder = try workshop.newFolder("log")
        var log = try BanLog(path: "\(folder)/fail2ban.log")
        _ = try cluster.monitor(host: "a", log: "\(folder)/fail2ban.log")
        let latency = try SingleBans(cluster, Listener(in: context, cluster.broadcasts), &log, pause: Self.pause)
        var (busy, flooded) = (Row(), Row())
        for round in 1...Self.rounds {
            workshop.say("flood: \(round) of \(Self.rounds), a flood")
            try beside(["flood", cluster.replies], latency, &log, count, &flooded)
            workshop.say("flood: \(round) of \(Self.rounds), a busy process")
            try beside(["busy", "\(Int(flooded.cores.median * 100))"], latency, &log, count, &busy)
        }
        let name = "log line to broadcast, beside a flood"
        return LatencyPart.figures(
            .flood, name, flooded.bans, floor: (busy.bans.median, busy.bans.p99))
            + [
                Figure(
                    .flood, "cores that the other keeps busy", .count, flooded.cores.median, floor: busy.cores.median)
            ]
    }

    /// What came of the rounds beside one of the two.
    private struct Row {
        var bans = Series()
        /// Which the other has kept busy, a value a round.
        var cores = Series()
    }

    private func beside(
        _ arguments: [String], _ latency: SingleBans, _ log: inout BanLog, _ count: Int, _ row: inout Row
    ) throws {
        let other = try Daemon(workshop, arguments[0], workshop.program, arguments)
        let (begin, use) = (SystemClock.monotonic(), try ProcessUse(of: other.number))
        try latency.measure(count, &log, &row.bans)
        let cpu = try ProcessUse(of: other.number).cpu(since: use)
        row.cores.add(cpu / (Double(SystemClock.monotonic() - begin) / 1e6))
    }
}

/// Asks a hub for more than it gives anybody: as fast as it can, without waiting for answers.
///
/// It runs in a process of its own, as an attacker with a key would.
public struct Flood {
    private let endpoint: String

    public init(endpoint: String) { self.endpoint = endpoint }

    /// Until it is killed.
    public func run() throws {
        let context = try Context()
        let questioner = try Questioner(in: context, endpoint, as: "flood")
        var socket = try Socket(.dealer, in: context)
        try socket.connect(endpoint)
        print("flood: ready ")
        flushOutput()
        var number = 0
        while true {
            number += 1
            let request = questioner.request([Samples.report(number, by: questioner.host, at: SystemClock.wall())])
            // What does not fit is not sent.
            _ = try socket.send([[], request])
            while try socket.receive() != nil {}
        }
    }
}

/// Keeps as many cores busy as it is told, and nobody else.
public struct Busy {
    /// How often a thread that rests does so, in microseconds.
    private static let beat: Int64 = 1_000

    /// Of one core.
    private let percent: Int

    public init(percent: Int) { self.percent = percent }

    /// Until it is killed.
    public func run() {
        print("busy: ready ")
        flushOutput()
        for _ in 0..<percent / 100 { startThread("busy") { Self.spin(100) } }
        Self.spin(percent % 100)
    }

    private static func spin(_ percent: Int) -> Never {
        while true {
            let begin = SystemClock.monotonic()
            while SystemClock.monotonic() - begin < beat * Int64(percent) / 100 {}
            if percent < 100 { Pause.microseconds(UInt32(beat * Int64(100 - percent) / 100)) }
        }
    }
}

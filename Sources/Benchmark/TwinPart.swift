internal import BanModel
internal import ClusterConfiguration
internal import ClusterIdentity
internal import LinuxSystem
internal import ZeroMQ

/// Two hubs of one cluster, the first of which is killed again and again amid bans: how soon a subscriber obeys what came
/// after that, and how soon the hub that is back holds all.
struct TwinPart {
    /// A second, in pieces of a tenth.
    private static let bansASecond = 500
    /// How long, in seconds, what is waited for may take.
    private static let limit: Int64 = 30

    let workshop: Workshop

    func measure() throws -> [Figure] {
        let scene = try Scene(workshop)
        var (wentOn, held) = (Series(), Series())
        let rounds = workshop.isQuick ? 2 : 10
        for round in 1...rounds {
            workshop.say("twins: \(round) of \(rounds)")
            let begun = scene.written
            try scene.attack(until: "a second's bans are obeyed") { scene in
                try scene.obeyed() >= begun + Self.bansASecond
            }
            scene.killFirst()
            let (killed, known) = (SystemClock.monotonic(), scene.written)
            try scene.attack(until: "the other hub goes on") { try $0.obeyed() > known }
            wentOn.add(Double(SystemClock.monotonic() - killed) / 1e6)
            try scene.attack(until: "a second's bans are obeyed without it") { scene in
                try scene.obeyed() >= known + Self.bansASecond
            }
            try scene.startFirst()
            let returned = SystemClock.monotonic()
            // Between two pieces it can hold all that was ever written, and no sooner.
            try scene.attack(until: "the hub that is back holds all") { try $0.heldByFirst() == $0.written }
            held.add(Double(SystemClock.monotonic() - returned) / 1e6)
        }
        try scene.attack(until: "all is obeyed") { try $0.obeyed() == $0.written }
        guard try !scene.hasFreed else { throw Failure("somebody was freed") }
        return [
            Figure(
                .twins, "a subscriber obeys what came after the kill, median", .seconds, wentOn.median,
                spread: wentOn.spread),
            Figure(.twins, "the same, longest of \(rounds)", .seconds, wentOn.values.max()),
            Figure(
                .twins, "from ready until the hub that is back holds all, median", .seconds, held.median,
                spread: held.spread),
            Figure(.twins, "the same, longest of \(rounds)", .seconds, held.values.max()),
        ]
    }

    /// Two hubs, and a host with monitor and subscriber that knows both.
    private final class Scene {
        private struct Hub {
            let configuration: String
            var daemon: Daemon?

            mutating func start(_ workshop: Workshop) throws {
                daemon = try Daemon(
                    workshop, "publisher", "\(workshop.binaries)/fail2ban-publisher", ["--config", configuration])
            }
        }

        private let workshop: Workshop
        private var hubs: [Hub] = []
        private let monitor: Daemon
        private let subscriber: Daemon
        private let first: Questioner
        private let bans: String
        private var log: BanLog
        private var lines: LineCount
        private(set) var written = 0
        private var next = SystemClock.monotonic()

        init(_ workshop: Workshop) throws {
            self.workshop = workshop
            let context = try Context()
            let (replies, broadcasts) = (try Self.freeEndpoints(context), try Self.freeEndpoints(context))
            let secret = ClusterKey.makeSecret()
            let folder = try workshop.newFolder("twins")
            let key = "\(folder)/clusterkey"
            try FileSystem.writeAtomically(path: key, bytes: KeyFile.contents(secret), mode: KeyFile.permissions)
            for index in 0...1 {
                let section = """
                    replybindurl = \(replies[index])
                    broadcasterbindurl = \(broadcasts[index])
                    [friend twin]
                    replyurl = \(replies[1 - index])
                    broadcasturl = \(broadcasts[1 - index])
                    clusterkey = "\(ClusterKey(secret).publicKey)"
                    """
                let file = try Cluster.configuration(
                    workshop, "publisher", host: "hub\(index)", general: "clusterkey = \(key)", section: section)
                var hub = Hub(configuration: file.path)
                try hub.start(workshop)
                hubs.append(hub)
            }
            bans = "\(folder)/bans"
            log = try BanLog(path: "\(folder)/fail2ban.log")
            lines = LineCount(of: bans)
            let both = "zmqreplyserver = \(replies.joined(separator: " "))"
            monitor = try Cluster.daemon(
                workshop, "monitor", host: "a", section: "\(both)\nfail2banlogpath = \(folder)/fail2ban.log"
            ).daemon
            subscriber = try Cluster.daemon(
                workshop, "subscriber", host: "b",
                section: """
                    \(both)
                    zmqpublisherurl = \(broadcasts.joined(separator: " "))
                    subscriberaction = log
                    logfile = \(bans)
                    """
            ).daemon
            first = try Questioner(in: context, replies[0])
        }

        /// On which nobody listens yet: a hub that is started again has to be where it was.
        private static func freeEndpoints(_ context: Context) throws -> [String] {
            var one = try Socket(.router, in: context)
            var other = try Socket(.router, in: context)
            try one.bind("tcp://127.0.0.1:*")
            try other.bind("tcp://127.0.0.1:*")
            return [try one.lastEndpoint, try other.lastEndpoint]
        }

        /// Goes on with the attack until this holds.
        func attack(until what: String, _ isSo: (Scene) throws -> Bool) throws {
            let deadline = SystemClock.monotonic() + TwinPart.limit * 1_000_000
            while try !isSo(self) {
                guard SystemClock.monotonic() < deadline else {
                    throw Failure("\(what): not within \(TwinPart.limit) s")
                }
                if SystemClock.monotonic() >= next {
                    let piece = TwinPart.bansASecond / 10
                    try log.append(BanLog.lines(written..<written + piece))
                    written += piece
                    next = max(next + 100_000, SystemClock.monotonic())
                }
                for daemon in hubs.compactMap(\.daemon) + [monitor, subscriber] { try daemon.drain() }
                Pause.milliseconds(1)
            }
        }

        func killFirst() {
            hubs[0].daemon?.kill()
            hubs[0].daemon = nil
        }

        /// Returns once it is ready.
        func startFirst() throws { try hubs[0].start(workshop) }

        func heldByFirst() throws -> Int { try first.status().reports }

        func obeyed() throws -> Int { try lines.look() }

        var hasFreed: Bool {
            get throws {
                let size = try FileSystem.status(of: bans)?.size ?? 0
                let text = try File.open(reading: bans).read(atMost: Int(size), at: 0)
                return String(decoding: text, as: UTF8.self).contains("|Unban|")
            }
        }
    }
}

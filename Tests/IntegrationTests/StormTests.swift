import Foundation
import Glibc
import OwnThread
import RealFail2Ban
import Synchronization
import Testing

/// fail2ban's log as it is written under attack: so many bans a second, and a rotation now and then.
private final class Attack: Sendable {
    let folder: Folder
    let count: Int
    private let progress = Mutex(0)

    init(_ folder: Folder, count: Int) throws {
        self.folder = folder
        self.count = count
        try folder.append("", to: "fail2ban.log")
    }

    /// How many lines are written.
    var written: Int { progress.withLock { $0 } }

    static func address(_ number: Int) -> String { "198.\(18 + number / 65_536).\(number / 256 % 256).\(number % 256)" }

    /// Writes all of them, 500 a second. Blocks.
    func run() throws {
        let begin = ContinuousClock.now
        for number in 0..<count {
            try folder.append(WireTests.line("[sshd] Ban \(Self.address(number))"), to: "fail2ban.log")
            progress.withLock { $0 = number + 1 }
            if number % 3_000 == 2_999 {
                try folder.rename("fail2ban.log", to: "fail2ban.log.\(number / 3_000)")
                try folder.append("", to: "fail2ban.log")
            }
            // The rate is the load, nothing is waited for.
            let due = begin + .milliseconds(2) * (number + 1)
            let pause = due - ContinuousClock.now
            if pause > .zero { usleep(UInt32(pause / .microseconds(1))) }
        }
    }
}

@Suite(.serialized) struct StormTests {
    private static let isLong = ProcessInfo.processInfo.environment["FAIL2BAN_CLUSTER_LONG_TESTS"] != nil

    @Test(.timeLimit(.minutes(30)))
    func `bans at 500 a second while every daemon is killed again and again all arrive everywhere`() async throws {
        let (seconds, kills) = Self.isLong ? (60, 16) : (8, 2)
        let attack = try Attack(Folder(), count: seconds * 500)
        let home = attack.folder
        let hub = try await TestHub("ratelimit = 1000000/s")
        let subscriber = try await hub.subscriber(
            host: "b", "subscriberaction = log\nlogfile = \(home.file("b.log"))")
        let monitor = try await hub.monitor(host: "a", log: home.file("fail2ban.log"), socket: nil)
        try hub.stayWhereItIs()
        async let attacking: Void = onOwnThread("attack") { () throws in try attack.run() }
        var inFlight: [String: Int] = [:]
        for round in 1...kills {
            for victim in [monitor, hub.publisher, subscriber] {
                // Spread over the whole attack.
                let share = attack.count * (3 * (round - 1)) / (3 * kills)
                func done() -> Int {
                    victim === subscriber
                        ? Set(addresses(in: home, "b.log", behind: "|Ban|")).count
                        : Set(addresses(in: monitor.folder, "state/monitor.state", behind: " live sshd ")).count
                }
                try await eventually("a ban is on its way", within: .seconds(120)) {
                    attack.written > share && (done() < attack.written || attack.written == attack.count)
                }
                let written = attack.written
                victim.kill9()
                if done() < written { inFlight[victim.name, default: 0] += 1 }
                try await victim.start()
            }
        }
        try await attacking
        let all = Set((0..<attack.count).map(Attack.address))
        try await arrive(all, "the hub", within: .seconds(240)) { try hub.addresses() }
        try await arrive(all, "the replica", within: .seconds(240)) {
            addresses(in: subscriber.folder, "state/subscriber.replica", behind: " sshd ")
        }
        try await arrive(all, "the log action's file", within: .seconds(240)) {
            addresses(in: home, "b.log", behind: "|Ban|")
        }
        print("killed \(kills) times each, with bans on their way:", inFlight.sorted { $0.key < $1.key })
        // In the short form a busy machine may come to its kills when the attack is over.
        for daemon in [monitor, hub.publisher, subscriber] where Self.isLong {
            #expect(inFlight[daemon.name, default: 0] * 2 >= kills, "\(daemon.name)")
        }
    }

    private func arrive(
        _ all: Set<String>, _ place: String, within limit: Duration, _ look: () throws -> [String]
    ) async throws {
        var missing = all
        do {
            try await eventually("all are in \(place)", within: limit) {
                missing = try all.subtracting(look())
                return missing.isEmpty
            }
        } catch let error as NeverHeld {
            Issue.record("\(missing.count) are not in \(place), \(missing.sorted().prefix(3)) among them: \(error)")
        }
    }

    /// What stands behind each of these marks in a file, up to the next blank or the end of its line; without the last
    /// line, whose writer may be in the middle of it. Of tens of thousands, again and again: so bytes, and none is copied.
    private func addresses(in folder: Folder, _ name: String, behind mark: String) -> [String] {
        guard let whole = try? Data(contentsOf: URL(fileURLWithPath: folder.file(name))),
            let end = whole.lastIndex(of: 0x0A)
        else { return [] }
        let mark = Array(mark.utf8)
        return whole.withUnsafeBytes { bytes in
            var addresses: [String] = []
            var place = bytes.baseAddress!
            let end = place + end
            while let found = memchr(place, Int32(mark[0]), place.distance(to: end)) {
                place = UnsafeRawPointer(found)
                guard place.distance(to: end) > mark.count, memcmp(place, mark, mark.count) == 0 else {
                    place += 1
                    continue
                }
                place += mark.count
                let rest = UnsafeRawBufferPointer(start: place, count: place.distance(to: end))
                addresses.append(String(decoding: rest.prefix { $0 != 0x20 && $0 != 0x0A }, as: UTF8.self))
            }
            return addresses
        }
    }
}

extension TestHub {
    /// The addresses of all reports that it holds, as a stranger's program fetches them (docs/protocol.md).
    func addresses() throws -> [String] {
        let script = """
            import sys, zmq
            peer = zmq.Context().socket(zmq.REQ)
            peer.connect(sys.argv[1])
            def ask(line):
                peer.send_string("SYNC|stranger\\n" + line)
                return peer.recv_string().split("\\n")
            head = ask("since 0000000000000000 0")[0].split(" ")
            assert head[0] == "BUCKETS", head
            buckets, after = list(range(1024)), ""
            while buckets:
                lines = ask("fetch " + " ".join(map(str, buckets)) + after)
                head = lines[0].split(" ", 2)
                assert head[0] == "FETCHED", head
                buckets = buckets[int(head[1]):]
                after = " " + head[2] if len(head) > 2 else ""
                for line in lines[1:]:
                    print(line.split(" ")[4])
            """
        return try python(script, [replies]).split(separator: "\n").map(String.init)
    }
}

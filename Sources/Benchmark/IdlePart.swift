internal import Glibc
internal import LinuxSystem

/// What daemons cost that have nothing to do: none may wake up without a reason.
struct IdlePart {
    /// After the last beacon that follows news, and well before the next.
    private static let settling: UInt32 = 4_000
    private static let span: UInt32 = 10_000

    let workshop: Workshop

    func measure() throws -> [Figure] {
        let cluster = try Cluster(workshop)
        let folder = try workshop.newFolder("log")
        _ = try BanLog(path: "\(folder)/fail2ban.log")
        let monitor = try cluster.monitor(host: "a", log: "\(folder)/fail2ban.log").daemon
        let subscriber = try cluster.subscriber(
            host: "b", "subscriberaction = log\nlogfile = \(folder)/obeyed.log"
        ).daemon
        try subscriber.awaitLine(" in step ", within: 30)
        let daemons = [("hub", cluster.hub), ("monitor", monitor), ("subscriber", subscriber)]
        workshop.say("idle")
        Pause.milliseconds(Self.settling)
        let before = try daemons.map { try ProcessUse(of: $0.1.number) }
        Pause.milliseconds(Self.span)
        let after = try daemons.map { try ProcessUse(of: $0.1.number) }
        return try daemons.indices.flatMap { index in
            try figures(daemons[index].0, daemons[index].1.number, before[index], after[index])
        }
    }

    private func figures(_ name: String, _ number: Int32, _ before: ProcessUse, _ after: ProcessUse) throws -> [Figure]
    {
        var figures = [
            Figure(.idle, "\(name), resident", .bytes, after.resident),
            Figure(.idle, "\(name), CPU", .seconds, after.cpu(since: before)),
            Figure(.idle, "\(name), timers of the system", .count, Double(try Self.timers(of: number))),
        ]
        for (index, (thread, use)) in after.threads.sorted(by: { Int($0.key) ?? 0 < Int($1.key) ?? 0 }).enumerated() {
            let switches = use.switches - (before.threads[thread]?.switches ?? 0)
            figures.append(
                Figure(.idle, "\(name) thread \(index + 1) \(use.name), wake-ups", .count, Double(switches)))
        }
        return figures
    }

    /// timerfd_create(2) and timer_create(2). The timeouts of a poll are none: what wakes up by them is counted as it does.
    private static func timers(of process: Int32) throws -> Int {
        let folder = "/proc/\(process)/fd"
        let descriptors = try FileSystem.names(in: folder).count { name in
            var buffer = [CChar](repeating: 0, count: 256)
            let length = readlink("\(folder)/\(name)", &buffer, buffer.count)
            let bytes = buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
            return String(decoding: bytes, as: UTF8.self).contains("timerfd")
        }
        let timers = try? ProcessUse.text("/proc/\(process)/timers").split(separator: "\n").count {
            $0.hasPrefix("ID:")
        }
        return descriptors + (timers ?? 0)
    }
}

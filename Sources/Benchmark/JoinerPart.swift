internal import LinuxSystem
internal import ZeroMQ

/// A subscriber with an empty state folder, from its start until it says that it is in step.
struct JoinerPart {
    /// What our hub puts into one answer.
    private static let reportsAnAnswer = 8_000

    let workshop: Workshop

    func measure() throws -> [Figure] {
        var figures: [Figure] = []
        let context = try Context()
        let cluster = try Cluster(workshop)
        let loader = try HubLoader(cluster, in: context)
        let path = try BarePath(workshop, in: context)
        for (count, repeats) in workshop.isQuick ? [(20_000, 2)] : [(100_000, 3), (1_000_000, 3)] {
            let name = "\(Quantity.grouped(count)) reports"
            try loader.load(upTo: count)
            try cluster.awaitIdleHub()
            let (hub, before) = (cluster.hub.number, try ProcessUse(of: cluster.hub.number))
            var (times, resident, peak) = (Series(), 0.0, 0.0)
            for number in 1...repeats {
                workshop.say("joiner: \(name), \(number) of \(repeats)")
                let begin = SystemClock.monotonic()
                // One that goes with this round.
                let subscriber = try Cluster.daemon(
                    workshop, "subscriber", host: "joiner\(number)",
                    section: "zmqpublisherurl = \(cluster.broadcasts)\nzmqreplyserver = \(cluster.replies)\n"
                        + "subscriberaction = log\nlogfile = \(workshop.folder)/joiner.log"
                ).daemon
                try subscriber.awaitLine(" in step ", within: 600)
                times.add(Double(SystemClock.monotonic() - begin) / 1e6)
                let use = try ProcessUse(of: subscriber.number)
                (resident, peak) = (use.resident, use.peak)
            }
            let cpu = try ProcessUse(of: hub).cpu(since: before) / Double(repeats)
            figures += [
                Figure(
                    .joiner, "\(name), from its start to in step", .seconds, times.median,
                    floor: try floor(count, bytesAReport: loader.bytesAReport, path), spread: times.spread),
                Figure(.joiner, "\(name): subscriber, resident in step", .bytes, resident),
                Figure(.joiner, "\(name): subscriber, peak", .bytes, peak),
                Figure(.joiner, "\(name): hub, CPU a joiner", .seconds, cpu),
            ]
        }
        return figures
    }

    /// As many bytes from a bare hub, in as many answers.
    private func floor(_ count: Int, bytesAReport: Double, _ path: BarePath) throws -> Double {
        let most = Self.reportsAnAnswer
        return try Stopwatch.seconds {
            for first in stride(from: 0, to: count, by: most) {
                let bytes = Int(Double(min(most, count - first)) * bytesAReport)
                _ = try path.questioner.ask(BareHub.give + Array("\(bytes)".utf8))
            }
        }
    }
}

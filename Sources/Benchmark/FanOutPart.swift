internal import LinuxSystem
internal import ZeroMQ

/// From a report at the hub's door to the first and to the last of many listeners.
struct FanOutPart {
    private static let rounds = 20

    let workshop: Workshop

    func measure() throws -> [Figure] {
        let count = workshop.isQuick ? 100 : 1_000
        try Audience.raiseLimit(for: count)
        let context = try Context()
        let ours = try play(count, in: context)
        workshop.say("fanout: the floor")
        let path = try BarePath(workshop, in: context)
        let bare = try hear(count, path.broadcasts, path.questioner) { [UInt8](repeating: 0x2E, count: 110) }
        let name = "\(Quantity.grouped(count)) listeners"
        return [
            Figure(
                .fanout, "\(name), the first hears", .seconds, ours.first.median, floor: bare.first.median,
                spread: ours.first.spread(0.5)),
            Figure(
                .fanout, "\(name), the last hears", .seconds, ours.last.median, floor: bare.last.median,
                spread: ours.last.spread(0.5)),
        ]
    }

    private func play(_ count: Int, in context: Context) throws -> (first: Series, last: Series) {
        let cluster = try Cluster(workshop)
        let questioner = try Questioner(in: context, cluster.replies)
        try questioner.greet()
        var number = 0
        return try hear(count, cluster.broadcasts, questioner) {
            number += 1
            return questioner.request([Samples.report(number, by: questioner.host, at: SystemClock.wall())])
        }
    }

    /// - Parameter request: each is another one.
    private func hear(
        _ count: Int, _ broadcasts: String, _ questioner: Questioner, _ request: () -> [UInt8]
    ) throws -> (first: Series, last: Series) {
        let audience = try Audience(count, broadcasts)
        workshop.say("fanout: \(count) listeners connect")
        try audience.gather { _ = try questioner.ask(request()) }
        var (first, last) = (Series(), Series())
        for round in 1...Self.rounds {
            workshop.say("fanout: \(round) of \(Self.rounds)")
            Pause.milliseconds(20)
            let body = request()
            let begin = SystemClock.monotonic()
            guard try questioner.send(body), let heard = try audience.hear(milliseconds: 10_000) else {
                throw Failure("not all listeners heard a ban")
            }
            first.add(Double(heard.first - begin) / 1e6)
            last.add(Double(heard.last - begin) / 1e6)
            _ = try questioner.answer()
        }
        return (first, last)
    }
}

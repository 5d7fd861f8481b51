internal import LinuxSystem

/// Bans that come one at a time, from the line in a host's log to a bare SUB that hears the hub.
final class SingleBans {
    private let cluster: Cluster
    private let listener: Listener
    /// Between a ban that is heard and the next, in milliseconds.
    private let pause: UInt32
    private var number = 0

    /// Returns once a ban is heard, and nothing more comes.
    ///
    /// - Parameter log: that of a monitor of the cluster.
    init(
        _ cluster: Cluster, _ listener: Listener, _ log: inout BanLog, pause: UInt32 = LatencyPart.pause
    ) throws {
        self.cluster = cluster
        self.listener = listener
        self.pause = pause
        try LatencyPart.warmUp(&log, &number, listener)
    }

    /// Adds the seconds that each of so many took.
    func measure(_ count: Int, _ log: inout BanLog, _ series: inout Series, _ isAtNext: (Int) -> Void = { _ in })
        throws
    {
        for index in 0..<count {
            isAtNext(index)
            Pause.milliseconds(pause)
            number += 1
            let begin = SystemClock.monotonic()
            try log.write(number)
            series.add(Double(try heard(number) - begin) / 1e6)
            try cluster.drain()
        }
    }

    /// When the ban of this number was heard; what others have reported meanwhile is passed over.
    private func heard(_ number: Int) throws -> Int64 {
        let mark = " \(Samples.address(number)) "
        while let message = try listener.wait(milliseconds: 5_000) {
            let moment = SystemClock.monotonic()
            if String(decoding: message, as: UTF8.self).contains(mark) { return moment }
        }
        throw Failure("a ban was not broadcast")
    }
}

internal import LinuxSystem

/// From exec to `ready`; the floor is a Swift program that does nothing else.
struct StartPart {
    let workshop: Workshop

    func measure() throws -> [Figure] {
        let count = workshop.isQuick ? 5 : 20
        let floor = try series(count, "bare") {
            try Daemon(workshop, "bare start", workshop.program, ["bare-start"], isGuarded: false)
        }
        let cluster = try Cluster(workshop)
        let log = "\(try workshop.newFolder("log"))/fail2ban.log"
        _ = try BanLog(path: log)
        let sections = [
            ("publisher", "replybindurl = tcp://127.0.0.1:*\nbroadcasterbindurl = tcp://127.0.0.1:*"),
            ("monitor", "zmqreplyserver = \(cluster.replies)\nfail2banlogpath = \(log)"),
            (
                "subscriber",
                "zmqpublisherurl = \(cluster.broadcasts)\nzmqreplyserver = \(cluster.replies)\nsubscriberaction = log\n"
                    + "logfile = \(workshop.folder)/obeyed.log"
            ),
        ]
        return try sections.map { name, section in
            let times = try series(count, name) {
                try Cluster.daemon(workshop, name, host: "a", section: section, isGuarded: false).daemon
            }
            return Figure(
                .start, "\(name), median", .seconds, times.median, floor: floor.median, spread: times.spread(0.5))
        }
    }

    /// Each ends before the next begins.
    private func series(_ count: Int, _ name: String, _ start: () throws -> Daemon) throws -> Series {
        var series = Series()
        for number in 1...count {
            workshop.say("start: \(name), \(number) of \(count)")
            series.add(try start().startTime)
        }
        return series
    }
}

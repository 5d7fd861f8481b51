internal import LinuxSystem

/// A hub and, as they are added, hosts around it: the daemons as built, on loopback, logging as they are shipped.
final class Cluster {
    let workshop: Workshop
    let hub: Daemon
    let replies: String
    let broadcasts: String
    private(set) var daemons: [Daemon]

    /// - Parameters:
    ///   - rateLimit: the hub's; nil: as it is shipped.
    ///   - general: lines for the hub's [general].
    ///   - more: behind the hub's own section.
    init(
        _ workshop: Workshop, rateLimit: String? = "10000000/s", general: String = "fail2banclient =", more: String = ""
    ) throws {
        self.workshop = workshop
        let hub = try Self.daemon(
            workshop, "publisher", host: "hub", general: general,
            section: """
                replybindurl = tcp://127.0.0.1:*
                broadcasterbindurl = tcp://127.0.0.1:*
                maxbans = 4000000
                \(rateLimit.map { "ratelimit = \($0)" } ?? "")
                \(more)
                """)
        self.hub = hub.daemon
        replies = try hub.daemon.endpoint("replies")
        broadcasts = try hub.daemon.endpoint("broadcasts")
        daemons = [hub.daemon]
    }

    /// Follows this log; nobody asks a fail2ban.
    /// - Returns: the daemon, and its state folder.
    func monitor(host: String, log: String) throws -> (daemon: Daemon, state: String) {
        try add(
            Self.daemon(
                workshop, "monitor", host: host, section: "zmqreplyserver = \(replies)\nfail2banlogpath = \(log)"))
    }

    /// Returns once it runs, and not once it is in step.
    func subscriber(host: String, general: String = "fail2banclient =", _ action: String) throws -> (
        daemon: Daemon, state: String
    ) {
        try add(
            Self.daemon(
                workshop, "subscriber", host: host, general: general,
                section: "zmqpublisherurl = \(broadcasts)\nzmqreplyserver = \(replies)\n\(action)"))
    }

    /// Takes what all have written.
    func drain() throws { for daemon in daemons { try daemon.drain() } }

    /// Until the hub has hardly worked for three seconds: two after a storm at the latest it brings its database in order.
    func awaitIdleHub() throws {
        var (since, before) = (SystemClock.monotonic(), try ProcessUse(of: hub.number))
        try Pause.until("an idle hub", within: 300, every: 100, self) {
            let (now, use) = (SystemClock.monotonic(), try ProcessUse(of: hub.number))
            if use.cpu(since: before) > 0.02 { (since, before) = (now, use) }
            return now - since > 3_000_000 ? true : nil
        }
    }

    private func add(_ host: (daemon: Daemon, state: String)) -> (daemon: Daemon, state: String) {
        daemons.append(host.daemon)
        return host
    }

    static func daemon(
        _ workshop: Workshop, _ name: String, host: String, general: String = "fail2banclient =", section: String,
        isGuarded: Bool = true
    ) throws -> (daemon: Daemon, state: String) {
        let configuration = try Self.configuration(workshop, name, host: host, general: general, section: section)
        let daemon = try Daemon(
            workshop, name, "\(workshop.binaries)/fail2ban-\(name)", ["--config", configuration.path],
            isGuarded: isGuarded)
        return (daemon, configuration.state)
    }

    /// Writes a daemon's configuration, and makes its state folder.
    static func configuration(
        _ workshop: Workshop, _ name: String, host: String, general: String, section: String
    ) throws -> (path: String, state: String) {
        let folder = try workshop.newFolder(name)
        let text = "[general]\nhostname = \(host)\nstatedir = \(folder)\n\(general)\n[\(name)]\n\(section)\n"
        try FileSystem.writeAtomically(path: "\(folder)/conf", bytes: Array(text.utf8), mode: 0o600)
        return ("\(folder)/conf", folder)
    }
}

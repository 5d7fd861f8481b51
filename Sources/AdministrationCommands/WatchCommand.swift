internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import ClusterProtocol
internal import DaemonKit
internal import Glibc
internal import HubClient
internal import LinuxSystem
internal import ZeroMQ

struct WatchCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Each report, as the hub broadcasts it, until Ctrl-C.",
        discussion: """
            It listens to zmqpublisherurl of [subscriber], else to [publisher] on this host, or to what --hub names. What \
            goes wrong meanwhile is said on standard error.
            """)

    /// A sign of life comes every 30 s at least.
    private static let silence = Duration.seconds(45)

    /// So many in a row, before it looks whether it is to end.
    private static let turn = 1_000

    @OptionGroup var options: CommandOptions

    @Flag(name: .long, help: "For other programs: one document a line.")
    var json = false

    func work(_ setup: Setup) throws {
        guard let hub = setup.broadcasts.first else {
            throw Failure(
                "\(setup.configuration.path) names no hub to listen to: set zmqpublisherurl in [subscriber], or a fixed port"
                    + " in broadcasterbindurl of [publisher], or give --hub")
        }
        // Before any other thread, which would take the signals instead.
        let signals = try SignalWatch([SIGINT, SIGTERM])
        var socket = try Socket(.sub, in: try Context(), maximumMessageSize: Broadcast.longest)
        try socket.watchConnections()
        try socket.setHighWaterMarks(send: 1, receive: 100_000)
        try socket.setReconnect(100, maximum: 5_000)
        try socket.setKeepAlive(idle: 60, interval: 15, count: 4)
        try socket.subscribe([Broadcast.mark])
        let address = setup.address(hub)
        if let curve = address.curve { try socket.secure(as: curve) }
        try socket.connect(address.endpoint)
        try follow(&socket, endpoint: address.endpoint, setup, until: signals)
    }

    private func follow(
        _ socket: inout Socket, endpoint: String, _ setup: Setup, until signals: borrowing SignalWatch
    ) throws {
        var stream = WatchedStream()
        var ready = PollSet()
        let broadcasts = ready.add(socket, for: .reading)
        ready.add(connectionsOf: socket)
        let stop = ready.add(fileDescriptor: signals.fileDescriptor)
        var isConnected = false
        while true {
            guard try ready.wait(timeout: isConnected ? Self.silence : setup.timeLimit) else {
                note(
                    isConnected
                        ? "nothing comes from \(endpoint), not even a sign of life: is it the hub's broadcasterbindurl?"
                        : "no connection to \(endpoint) yet")
                continue
            }
            if ready.isReady(stop) { return }
            while let event = try socket.nextConnectionEvent() {
                switch event {
                case .established where !isConnected: note("listening to \(endpoint)")
                case .lost where isConnected: note("the connection to \(endpoint) is lost")
                case .refused: throw Failure("\(endpoint) does not speak as we do, or does not want us")
                case .reached, .established, .lost: break
                }
                isConnected = event == .established
            }
            guard ready.isReady(broadcasts) else { continue }
            for _ in 0..<Self.turn {
                guard let message = try socket.receiveSingle() else { break }
                guard case .frame(let bytes) = message, let broadcast = try? Broadcast(reading: bytes) else {
                    note("a broadcast was not understood")
                    continue
                }
                if let gap = stream.heard(broadcast) { note(gap) }
                for report in broadcast.reports {
                    let line = WatchLine(report, at: Timestamp(microseconds: SystemClock.wall()))
                    try Output.say(json ? line.document(origin: setup.origin) : line.text(friends: setup.friends))
                }
            }
        }
    }

    private func note(_ text: String) { StandardError.write("\(RootCommand.name): \(text)\n") }
}

internal import BanModel
internal import LinuxSystem
internal import ZeroMQ

/// Whether a hub lets us listen to what it broadcasts.
enum BroadcastProbe {
    /// Returns once a connection stands.
    ///
    /// - Throws: why none does.
    static func connect(to endpoint: String, as client: CurveClient?, within limit: Duration) throws {
        var socket = try Socket(.sub, in: try Context())
        try socket.watchConnections()
        if let client { try socket.secure(as: client) }
        try socket.connect(endpoint)
        var ready = PollSet()
        ready.add(connectionsOf: socket)
        let end = SystemClock.monotonic() + limit.microseconds
        while true {
            while let event = try socket.nextConnectionEvent() {
                switch event {
                case .established: return
                case .refused: throw Failure("the hub does not let this host listen at \(endpoint)")
                case .reached, .lost: break
                }
            }
            guard try ready.wait(timeout: .microseconds(max(0, end - SystemClock.monotonic()))) else {
                throw Failure(
                    "no connection to \(endpoint): is the hub's broadcasterbindurl another port, or a firewall between?"
                )
            }
        }
    }
}

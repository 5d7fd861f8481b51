internal import BanModel
internal import ClusterProtocol
internal import ZeroMQ

/// A REQ that asks a hub, ours or a bare one, and waits for each answer.
final class Questioner {
    private static let limit = Duration.seconds(120)

    private var socket: Socket
    private let instance = Instance.random()
    let host: Host

    init(in context: Context, _ endpoint: String, as host: String = "benchmark") throws {
        socket = try Socket(.req, in: context, maximumMessageSize: 1 << 23)
        try socket.connect(endpoint)
        self.host = Samples.host(host)
    }

    /// Returns once it is answered.
    func ask(_ bytes: [UInt8]) throws -> [UInt8] {
        var ready = PollSet()
        while try !send(bytes) {
            ready.removeAll()
            ready.add(socket, for: .writing)
            guard try ready.wait(timeout: Self.limit) else { throw Failure("there is no hub to ask") }
        }
        return try answer()
    }

    /// Without waiting: false where there is no connection yet.
    func send(_ bytes: [UInt8]) throws -> Bool { try socket.send(bytes) }

    /// To what was sent.
    func answer() throws -> [UInt8] {
        var ready = PollSet()
        ready.add(socket, for: .reading)
        guard try ready.wait(timeout: Self.limit), let reply = try socket.receive()?.first else {
            throw Failure("the hub does not answer")
        }
        return reply
    }

    /// As a monitor begins.
    func greet() throws {
        let reply = try ask(Hello(host: host, instance: instance, token: nil).bytes)
        guard case .greeting = HelloReply(reply) else {
            throw Failure("the hub does not greet: \(String(decoding: reply.prefix(200), as: UTF8.self))")
        }
    }

    func request(_ reports: [Report]) -> [UInt8] {
        ReportsRequest(host: host, instance: instance, token: nil, reports: reports).bytes
    }

    /// Returns once they are on the hub's disk.
    func report(_ reports: [Report]) throws {
        let reply = try ask(request(reports))
        guard case .taken(_, let refused) = ReportsReply(reply, count: reports.count), refused.isEmpty else {
            throw Failure("the hub does not take it: \(String(decoding: reply.prefix(200), as: UTF8.self))")
        }
    }

    func status() throws -> HubStatus {
        let reply = try ask(StatusRequest(asker: Asker(host: host, token: nil)).bytes)
        guard case .status(let status) = StatusReply(reply) else { throw Failure("the hub does not tell its status") }
        return status
    }
}

internal import ClusterProtocol
internal import LinuxSystem
internal import ZeroMQ

/// The floor under the hub: the same two sockets, which pass on and answer what comes, and no work.
///
/// It runs in a process of its own, as the hub does.
public struct BareHub: ~Copyable {
    /// A request that asks for an answer of so many bytes: `GIVE 1000`.
    static let give = Array("GIVE ".utf8)
    /// As many bytes as our hub's broadcast of the most reports has; what is longer is parted, as there.
    static let longest = 40_000

    private var replies: Socket
    private var broadcasts: Socket

    public init() throws {
        let context = try Context()
        var replies = try Socket(.router, in: context)
        var broadcasts = try Socket(.xpub, in: context)
        try broadcasts.setHighWaterMarks(send: 10_000, receive: 1_000)
        try replies.bind("tcp://127.0.0.1:*")
        try broadcasts.bind("tcp://127.0.0.1:*")
        self.replies = replies
        self.broadcasts = broadcasts
    }

    /// Until it is killed.
    public mutating func run() throws {
        print("bare hub: ready replies=\(try replies.lastEndpoint) broadcasts=\(try broadcasts.lastEndpoint)")
        flushOutput()
        var ready = PollSet()
        ready.add(replies, for: .reading)
        ready.add(broadcasts, for: .reading)
        while true {
            try ready.wait(timeout: nil)
            while try broadcasts.receive() != nil {}
            while let frames = try replies.receive() {
                guard frames.count == 3 else { continue }
                let body = frames[2]
                if body.starts(with: Self.give) {
                    let size = Int(String(decoding: body.dropFirst(Self.give.count), as: UTF8.self)) ?? 0
                    _ = try replies.send([frames[0], [], [UInt8](repeating: 0x2E, count: size)])
                    continue
                }
                // As ours: first what everybody waits for, then the answer.
                var rest = body[...]
                while !rest.isEmpty {
                    _ = try broadcasts.send([Broadcast.mark, 0x0A] + rest.prefix(Self.longest))
                    rest = rest.dropFirst(Self.longest)
                }
                _ = try replies.send([frames[0], [], Array("TAKEN 0000000000000000".utf8)])
            }
        }
    }
}

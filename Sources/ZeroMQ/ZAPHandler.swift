import CZeroMQ

/// Decides who may connect to the sockets of its context that have a domain (ZAP, https://rfc.zeromq.org/spec/27/).
///
/// Make it before the first bind: libzmq refuses everybody while there is none. It is to be served in the loop of the
/// thread that made it; a client waits in its handshake for that.
public struct ZAPHandler: ~Copyable {
    /// Who wants to connect.
    public struct Request: Hashable, Sendable {
        /// Of the socket, see ``Socket/serveCurve(secret:domain:)``.
        public var domain: String
        /// The peer's IP address, without a port; empty where it has none.
        public var address: String
        /// Its public key; nil: it does not speak CURVE.
        public var key: [UInt8]?
    }

    private static let endpoint = "inproc://zeromq.zap.01"
    private static let version = Array("1.0".utf8)
    /// Of the requests that wait so many are answered in one turn.
    private static let turn = 100

    private var socket: Socket

    public init(in context: Context) throws(ZMQError) {
        var socket = try Socket(.rep, in: context)
        try socket.bind(Self.endpoint)
        self.socket = socket
    }

    /// Answers who waits.
    ///
    /// - Parameter userID: by which the client's messages are known from then on (``Socket/userID``); nil: it may not
    ///   come in.
    public mutating func serve(_ userID: (Request) -> String?) throws(ZMQError) {
        for _ in 0..<Self.turn {
            guard let frames = try socket.receive() else { return }
            // Version, request id, domain, address, identity, mechanism, and what the mechanism proves.
            guard frames.count >= 6, frames[0] == Self.version else {
                _ = try socket.send([Self.version, frames.count > 1 ? frames[1] : []] + Self.refusal)
                continue
            }
            let isCurve = frames[5] == Array("CURVE".utf8) && frames.count == 7 && frames[6].count == CurveKeys.length
            let request = Request(
                domain: String(decoding: frames[2], as: UTF8.self), address: String(decoding: frames[3], as: UTF8.self),
                key: isCurve ? frames[6] : nil)
            let answer = userID(request).map { [Array("200".utf8), [], Array($0.utf8), []] } ?? Self.refusal
            _ = try socket.send([Self.version, frames[1]] + answer)
        }
    }

    /// Status, reason, user id and metadata; the reason stays with us, the client sees the status alone.
    private static let refusal: [[UInt8]] = [Array("400".utf8), [], [], []]

    fileprivate func add(to ready: inout PollSet) -> Int { ready.add(socket, for: .reading) }
}

extension PollSet {
    @discardableResult
    public mutating func add(_ handler: borrowing ZAPHandler) -> Int { handler.add(to: &self) }
}

extension Socket {
    /// As the ``ZAPHandler`` named the peer that sent the frame received last; nil where it was not asked.
    public var userID: String? { property("User-Id") }
}

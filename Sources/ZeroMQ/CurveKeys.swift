import CZeroMQ

/// The keys of CURVE (zmq_curve(7)): 32 bytes each, the secret ones for nobody else's eyes.
public enum CurveKeys {
    /// In bytes.
    public static let length = 32

    /// A pair made by chance.
    public static func generate() throws(ZMQError) -> (secret: [UInt8], public: [UInt8]) {
        // libzmq writes Z85 and a zero byte (zmq_curve_keypair(3)).
        var publicText = [CChar](repeating: 0, count: textLength + 1)
        var secretText = publicText
        guard unsafe zmq_curve_keypair(&publicText, &secretText) == 0 else { throw .last("make a pair of keys") }
        return (try decode(secretText), try decode(publicText))
    }

    /// The public key that goes with a secret one.
    public static func publicKey(of secret: [UInt8]) throws(ZMQError) -> [UInt8] {
        precondition(secret.count == length, "a key has \(length) bytes")
        var secretText = [CChar](repeating: 0, count: textLength + 1)
        guard unsafe zmq_z85_encode(&secretText, secret, length) != nil else { throw .last("encode a key") }
        var publicText = [CChar](repeating: 0, count: textLength + 1)
        guard unsafe zmq_curve_public(&publicText, secretText) == 0 else { throw .last("find a public key") }
        return try decode(publicText)
    }

    private static let textLength = 40

    private static func decode(_ text: [CChar]) throws(ZMQError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        guard unsafe zmq_z85_decode(&bytes, text) != nil else { throw .last("decode a key") }
        return bytes
    }
}

/// What a client of CURVE needs: its own key, and the one by which it knows the server.
public struct CurveClient: Hashable, Sendable {
    public var secret: [UInt8]
    public var server: [UInt8]

    public init(secret: [UInt8], server: [UInt8]) {
        precondition(secret.count == CurveKeys.length && server.count == CurveKeys.length, "a key has 32 bytes")
        self.secret = secret
        self.server = server
    }
}

extension Socket {
    /// The connections that follow are encrypted, to a server that has this key alone.
    public mutating func secure(as client: CurveClient) throws(ZMQError) {
        try set(ZMQ_CURVE_SERVERKEY, client.server, "ZMQ_CURVE_SERVERKEY")
        try set(ZMQ_CURVE_PUBLICKEY, try CurveKeys.publicKey(of: client.secret), "ZMQ_CURVE_PUBLICKEY")
        try set(ZMQ_CURVE_SECRETKEY, client.secret, "ZMQ_CURVE_SECRETKEY")
    }

    /// The binds that follow are encrypted, for clients alone that a ``ZAPHandler`` of this context lets into `domain`.
    ///
    /// - Parameter domain: not empty: libzmq asks nobody about an empty one.
    public mutating func serveCurve(secret: [UInt8], domain: String) throws(ZMQError) {
        precondition(secret.count == CurveKeys.length && !domain.isEmpty)
        try set(ZMQ_CURVE_SERVER, 1, "ZMQ_CURVE_SERVER")
        try set(ZMQ_CURVE_SECRETKEY, secret, "ZMQ_CURVE_SECRETKEY")
        try set(ZMQ_ZAP_DOMAIN, Array(domain.utf8), "ZMQ_ZAP_DOMAIN")
        // Without it libzmq lets every key in where nobody answers.
        try set(ZMQ_ZAP_ENFORCE_DOMAIN, 1, "ZMQ_ZAP_ENFORCE_DOMAIN")
    }
}

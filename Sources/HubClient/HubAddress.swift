public import BanModel
public import ZeroMQ

/// Where a hub is asked, and how one speaks with it.
public struct HubAddress: Hashable, Sendable {
    /// As libzmq reads it.
    public var endpoint: String
    /// nil: in the clear.
    public var curve: CurveClient?

    public init(endpoint: String, curve: CurveClient?) {
        self.endpoint = endpoint
        self.curve = curve
    }
}

extension CurveClient {
    /// nil where there is no server's key: the server is spoken with in the clear.
    public init?(secret: SecretKey?, server: PublicKey?) {
        guard let secret, let server else { return nil }
        self.init(secret: secret.bytes, server: server.bytes)
    }
}

extension HubAddress {
    /// What it means that a hub ends every connection before a word was said.
    var refusal: String {
        curve == nil
            ? "the hub does not speak in the clear, or no 0MQ at all: does it ask for keys (keyfile and serverkey)?"
            : "the hub does not know this host's key, or has taken it away, or speaks in the clear"
    }

    /// What it means that no connection comes about.
    var silence: String {
        curve == nil ? "no connection" : "no connection: nobody is there, or the hub's key is not serverkey"
    }
}

/// The right to enrol one host, once: what `fail2ban-cluster invite` leaves at the hub.
public struct Invitation: Hashable, Sendable {
    /// What the host is to become.
    public var client: Client
    /// From this moment on it is worth nothing.
    public var expires: Timestamp
    /// The key that was enrolled by it: the same may be enrolled again, since its reply may have been lost; nil: none.
    public var usedBy: PublicKey?

    public init(client: Client, expires: Timestamp, usedBy: PublicKey? = nil) {
        self.client = client
        self.expires = expires
        self.usedBy = usedBy
    }
}

/// The right to enrol one host, once: what `fail2ban-cluster invite` leaves at the hub.
package struct Invitation: Hashable, Sendable {
    /// What the host is to become.
    package var client: Client
    /// From this moment on it is worth nothing.
    package var expires: Timestamp
    /// The key that was enrolled by it: the same may be enrolled again, since its reply may have been lost; nil: none.
    package var usedBy: PublicKey?

    package init(client: Client, expires: Timestamp, usedBy: PublicKey? = nil) {
        self.client = client
        self.expires = expires
        self.usedBy = usedBy
    }
}

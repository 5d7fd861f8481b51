/// What a subscriber wants the packet filter to do: all of it, at one moment, or nothing.
public struct PacketFilterChange: Hashable, Sendable {
    public struct Element: Hashable, Sendable {
        public var address: Address
        /// After which the kernel frees it by itself, more than zero; nil: it is not to be held.
        public var timeout: Duration?
        /// Whether the kernel cannot hold it by now: to put it in is four times cheaper then.
        public var isNew: Bool

        public init(_ address: Address, for timeout: Duration?, isNew: Bool = false) {
            self.address = address
            self.timeout = timeout
            self.isNew = isNew
        }
    }

    /// The table is first made anew, of this form, and what it held is gone; nil: it is there.
    public var form: PacketFilterForm?
    /// Single addresses.
    public var addresses: [Element]
    /// All the networks that are to be held, none inside another; nil: they stay as they are.
    public var networks: [Element]?

    public init(form: PacketFilterForm? = nil, addresses: [Element] = [], networks: [Element]? = nil) {
        self.form = form
        self.addresses = addresses
        self.networks = networks
    }
}

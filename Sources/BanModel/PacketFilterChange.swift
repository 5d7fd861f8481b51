/// What a subscriber wants the packet filter to do: all of it, at one moment, or nothing.
package struct PacketFilterChange: Hashable, Sendable {
    package struct Element: Hashable, Sendable {
        package var address: Address
        /// After which the kernel frees it by itself, more than zero; nil: it is not to be held.
        package var timeout: Duration?

        package init(_ address: Address, for timeout: Duration?) {
            self.address = address
            self.timeout = timeout
        }
    }

    /// The table is first made anew, of this form, and what it held is gone; nil: it is there.
    package var form: PacketFilterForm?
    /// Single addresses, whether the kernel holds them by then or not.
    package var addresses: [Element]
    /// All the networks that are to be held, none inside another; nil: they stay as they are.
    package var networks: [Element]?

    package init(form: PacketFilterForm? = nil, addresses: [Element] = [], networks: [Element]? = nil) {
        self.form = form
        self.addresses = addresses
        self.networks = networks
    }
}

/// How the packet filter's table is made, but for what it holds.
package struct PacketFilterForm: Hashable, Sendable {
    /// Of the chain: lower ones come first.
    package var priority: Int32
    /// The interfaces at which it drops; none: at all of them.
    package var interfaces: Set<String>

    package init(priority: Int32 = -10, interfaces: Set<String> = []) {
        self.priority = priority
        self.interfaces = interfaces
    }
}

/// How the packet filter's table is made, but for what it holds.
public struct PacketFilterForm: Hashable, Sendable {
    /// Of the chain: lower ones come first.
    public var priority: Int32
    /// The interfaces at which it drops; none: at all of them.
    public var interfaces: Set<String>

    public init(priority: Int32 = -10, interfaces: Set<String> = []) {
        self.priority = priority
        self.interfaces = interfaces
    }
}

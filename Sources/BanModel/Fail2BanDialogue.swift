/// What a daemon wants to know from fail2ban.
public enum Question: Hashable, Sendable {
    /// The names of the jails that run: `status`.
    case jails
    /// The jail's bantime: `get JAIL bantime`.
    case bantime(Jail)
    /// Who is banned in the jail and until when: `get JAIL banip --with-time`.
    case bans(Jail)
    /// Who is banned in the jail, and how many bans it has made since it started: `status JAIL`.
    case status(Jail)
}

/// What a daemon wants fail2ban to do.
public enum Instruction: Hashable, Sendable {
    case ban(Jail, [Address])
    case unban(Jail, [Address])
}

/// fail2ban's answer to a ``Question`` or an ``Instruction``, or the packet filter's.
public enum Answer: Hashable, Sendable {
    case jails([Jail])
    /// nil: for ever.
    case bantime(Duration?)
    case bans([ListedBan])
    case status(banned: Set<Address>, total: Int)
    /// An instruction was carried out, and this many addresses were not banned (or free) before.
    case changed(Int)
    /// What the packet filter's table holds, and for how long yet; nil: there is none, or it is not as we make it.
    case packetFilter([Address: Duration]?)
    /// fail2ban runs, and has no such jail.
    case noSuchJail
    /// Nobody listens on fail2ban's socket: it is stopped, or starting.
    case notRunning(String)
    /// No answer in time, or one that makes no sense.
    case unclear(String)
    /// This process cannot ask at all: no client program, or no right to the socket.
    case impossible(String)
}

/// One entry of fail2ban's list of banned addresses.
public struct ListedBan: Hashable, Sendable {
    public var address: Address
    public var since: Timestamp
    /// ``Timestamp/forever`` for a permanent ban. Whole seconds: the true end may be up to a second later.
    public var until: Timestamp

    public init(address: Address, since: Timestamp, until: Timestamp) {
        self.address = address
        self.since = since
        self.until = until
    }
}

extension Question: CustomStringConvertible {
    /// In the words of fail2ban-client.
    public var description: String {
        switch self {
        case .jails: "status"
        case .bantime(let jail): "get \(jail) bantime"
        case .bans(let jail): "get \(jail) banip --with-time"
        case .status(let jail): "status \(jail)"
        }
    }
}

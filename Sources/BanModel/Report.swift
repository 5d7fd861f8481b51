/// Who says it, within its cluster.
public struct Origin: Hashable, Sendable {
    /// Where on the host the word comes from.
    public enum Source: String, Hashable, Sendable, CaseIterable {
        case log, action, person
        /// An administrator's word that an address may not be banned anywhere: the reverse of a ban.
        case allow

        /// What administrators say: beside what the monitor of their host says.
        public var isAdministrators: Bool { self == .person || self == .allow }

        /// A monitor's own: what the other says is nothing that fail2ban could answer for.
        public static let ofMonitor: [Source] = [.log, .action]

        /// Without this its text would be hashed, each time that a report is looked for.
        public func hash(into hasher: inout Hasher) {
            switch self {
            case .log: hasher.combine(0)
            case .action: hasher.combine(1)
            case .person: hasher.combine(2)
            case .allow: hasher.combine(3)
            }
        }
    }

    /// Of a host that is not ours.
    public struct Foreign: Hashable, Sendable {
        /// Whose host it is.
        public var cluster: Cluster
        /// Who told us. What two friends tell of one host is kept apart, since each is trusted for himself.
        public var friend: Cluster

        public init(cluster: Cluster, friend: Cluster) {
            self.cluster = cluster
            self.friend = friend
        }
    }

    /// nil: a host of our own.
    public var foreign: Foreign?
    public var host: Host
    public var source: Source

    public init(host: Host, source: Source = .log, foreign: Foreign? = nil) {
        self.host = host
        self.source = source
        self.foreign = foreign
    }
}

extension Origin {
    /// Whether it is this host of our own cluster.
    public func isOwn(_ host: Host) -> Bool { foreign == nil && self.host == host }

    /// Who counts once, whatever he says: a host of ours, or a foreign cluster; as a name.
    public var witnessName: Host {
        guard let foreign else { return host }
        guard let name = Host(foreign.cluster.id) else { preconditionFailure("a fingerprint is a name") }
        return name
    }

    /// Under which peers of the old form hear of it: they know hosts alone, and pass over what their own host says.
    public var voice: Host {
        guard let foreign else { return host }
        return Host("\(foreign.cluster).\(host)") ?? witnessName
    }

    /// As readers count a state of this origin's: what is allowed, as long as was said, since nobody renews it.
    public func bounded(_ state: Report.State, by maximum: Duration) -> Report.State {
        source == .allow ? state : state.bounded(by: maximum)
    }
}

/// What a ban is about: an address in a jail.
public struct Subject: Hashable, Sendable, Comparable, CustomStringConvertible {
    public var jail: Jail
    public var address: Address

    public init(_ jail: Jail, _ address: Address) {
        self.jail = jail
        self.address = address
    }

    /// By the address alone: few jails ban one address, and names take several times as long as addresses.
    public func hash(into hasher: inout Hasher) { hasher.combine(address) }

    public var description: String { "\(address) in \(jail)" }
    public static func < (left: Subject, right: Subject) -> Bool {
        (left.jail, left.address) < (right.jail, right.address)
    }
}

/// Grows with every report of an origin, which alone assigns it: microseconds since 1970, or one more than its last.
public typealias Version = Int64

extension Version {
    /// No report has a later one: who claims it lies, and the next one must still be a number.
    public static let latest: Version = 1 << 62
}

/// One origin's claim about one subject: banned until a moment, or lifted.
public struct Report: Hashable, Sendable {
    /// The claim without whose and about what it is: the part that changes from version to version.
    public struct State: Hashable, Sendable {
        public var version: Version
        public var isLifted: Bool
        /// Lifted by an administrator for everybody, whose own fail2ban is to obey too.
        public var isPardoned: Bool
        public var until: Timestamp
        /// The latest `until` that any version had: before it, an earlier version may still come back from somebody who
        /// was cut off, so the last one is kept until then, lifted or not.
        public var forget: Timestamp

        /// - Parameter forget: raised to `until` where it is earlier.
        public init(
            version: Version, isLifted: Bool, isPardoned: Bool = false, until: Timestamp, forget: Timestamp? = nil
        ) {
            self.version = version
            self.isLifted = isLifted || isPardoned
            self.isPardoned = isPardoned
            self.until = until
            self.forget = max(until, forget ?? until)
        }

        public func isLive(at now: Timestamp) -> Bool { !isLifted && now < until }

        /// Whether it must be kept: it counts, or keeps an older version from counting.
        public func isKept(at now: Timestamp) -> Bool { now < forget }

        /// As readers count a ban: none counts longer than this after its version's time.
        public func bounded(by maximum: Duration) -> Self {
            let latest = Timestamp(microseconds: version) + maximum
            var bounded = self
            bounded.until = min(until, latest)
            bounded.forget = min(forget, latest)
            return bounded
        }

        /// What is known from two states of one report: the greater, and the later `forget`.
        ///
        /// The same in any order, however often, and in any grouping.
        public func merged(with other: Self) -> Self {
            var greater = max(self, other)
            greater.forget = max(forget, other.forget)
            return greater
        }
    }

    public var origin: Origin
    public var subject: Subject
    public var state: State
    /// nil: a host of ours said it, and is believed.
    public var way: Way?
    /// Of a report that came from a friend.
    public var signature: Signature?

    /// As readers count it.
    public func bounded(by maximum: Duration) -> Report {
        var report = self
        report.state = origin.bounded(state, by: maximum)
        return report
    }

    /// As a copy keeps it, which tells nobody.
    public var copied: Report {
        guard way != nil || signature != nil else { return self }
        var report = self
        report.way?.hops = []
        report.signature = nil
        return report
    }

    public init(
        origin: Origin, subject: Subject, state: State, way: Way? = nil, signature: Signature? = nil
    ) {
        self.origin = origin
        self.subject = subject
        self.state = state
        self.way = way
        self.signature = signature
    }
}

extension Report {
    /// What is known from two of one report: the greater state with the way that it came, the greater of two ways of
    /// equal states, and the later `forget`, but for what came from a friend: that stays as it was signed.
    ///
    /// As ``State/merged(with:)``: the same in any order, however often, and in any grouping.
    public func merged(with other: Report) -> Report {
        var greater = isLess(than: other) ? other : self
        if origin.foreign == nil { greater.state = state.merged(with: other.state) }
        return greater
    }

    private func isLess(than other: Report) -> Bool {
        if state < other.state { return true }
        if other.state < state { return false }
        if origin.foreign != nil, state.forget != other.state.forget { return state.forget < other.state.forget }
        guard let way else { return false }
        return other.way.map { way < $0 } ?? true
    }
}

extension Report.State: Comparable {
    /// The order of the merge: of two states of one report the greater wins, whatever came first.
    public static func < (left: Self, right: Self) -> Bool {
        if left.version != right.version { return left.version < right.version }
        if left.isLifted != right.isLifted { return right.isLifted }
        if left.isPardoned != right.isPardoned { return right.isPardoned }
        return left.until < right.until
    }
}

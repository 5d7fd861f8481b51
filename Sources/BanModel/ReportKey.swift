/// What all states of one report have in common: who says it, and of what.
public struct ReportKey: Hashable, Sendable {
    public var origin: Origin
    public var subject: Subject

    public init(_ origin: Origin, _ subject: Subject) {
        self.origin = origin
        self.subject = subject
    }

    /// By address and host: one host's reports on an address are few.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(subject)
        hasher.combine(origin.host)
    }

    public func report(_ state: Report.State, way: Way? = nil) -> Report {
        Report(origin: origin, subject: subject, state: state, way: way)
    }
}

extension Report {
    public var key: ReportKey { ReportKey(origin, subject) }
}

extension ReportKey: Comparable {
    /// By address first.
    public static func < (left: Self, right: Self) -> Bool {
        let (one, other) = (left.subject, right.subject)
        if one.address != other.address { return one.address < other.address }
        if one.jail != other.jail { return one.jail < other.jail }
        if left.origin.host != right.origin.host { return left.origin.host < right.origin.host }
        if left.origin.source != right.origin.source {
            return left.origin.source.rawValue < right.origin.source.rawValue
        }
        return left.origin.foreign < right.origin.foreign
    }
}

extension Origin.Foreign? {
    /// Our own first.
    fileprivate static func < (left: Self, right: Self) -> Bool {
        guard let right else { return false }
        guard let left else { return true }
        return (left.cluster, left.friend) < (right.cluster, right.friend)
    }
}

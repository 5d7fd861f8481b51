/// Who says it, within its cluster.
package struct Origin: Hashable, Sendable {
    /// Where on the host the word comes from.
    package enum Source: String, Hashable, Sendable, CaseIterable {
        case log, action, person
    }

    package var host: Host
    package var source: Source

    package init(host: Host, source: Source = .log) {
        self.host = host
        self.source = source
    }
}

/// What a ban is about: an address in a jail.
package struct Subject: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var jail: Jail
    package var address: Address

    package init(_ jail: Jail, _ address: Address) {
        self.jail = jail
        self.address = address
    }

    package var description: String { "\(address) in \(jail)" }
    package static func < (left: Subject, right: Subject) -> Bool {
        (left.jail, left.address) < (right.jail, right.address)
    }
}

/// Grows with every report of an origin, which alone assigns it: microseconds since 1970, or one more than its last.
package typealias Version = Int64

/// One origin's claim about one subject: banned until a moment, or lifted.
package struct Report: Hashable, Sendable {
    /// The claim without whose and about what it is: the part that changes from version to version.
    package struct State: Hashable, Sendable {
        package var version: Version
        package var isLifted: Bool
        package var until: Timestamp

        package init(version: Version, isLifted: Bool, until: Timestamp) {
            self.version = version
            self.isLifted = isLifted
            self.until = until
        }

        package func isLive(at now: Timestamp) -> Bool { !isLifted && now < until }
    }

    package var origin: Origin
    package var subject: Subject
    package var state: State

    package init(origin: Origin, subject: Subject, state: State) {
        self.origin = origin
        self.subject = subject
        self.state = state
    }
}

extension Report.State: Comparable {
    /// The order of the merge: of two states of one report the greater wins, whatever came first.
    package static func < (left: Self, right: Self) -> Bool {
        if left.version != right.version { return left.version < right.version }
        if left.isLifted != right.isLifted { return right.isLifted }
        return left.until < right.until
    }
}
